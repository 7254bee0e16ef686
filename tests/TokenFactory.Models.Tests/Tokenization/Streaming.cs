using System.Buffers;
using System.Text;
using TokenFactory.Models.Tokenization;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>Runs a streaming decoder and holds every write to its promise: whole characters only.</summary>
internal static class Streaming
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Whole(ModelTokenizer tokenizer, ReadOnlySpan<int> ids, bool skipSpecialTokens = true) =>
        Run(tokenizer.CreateStreamingDecoder(skipSpecialTokens), ids);

    public static string Continue(ModelTokenizer tokenizer, ReadOnlySpan<int> prompt, ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder(skipSpecialTokens);
        decoder.Reset(prompt);
        return Run(decoder, ids);
    }

    public static string Run(StreamingDecoder decoder, ReadOnlySpan<int> ids)
    {
        StringBuilder text = new();
        ArrayBufferWriter<byte> written = new();
        foreach (int id in ids)
        {
            written.ResetWrittenCount();
            decoder.Append(id, written);
            text.Append(Strict.GetString(written.WrittenSpan));
        }
        written.ResetWrittenCount();
        decoder.Flush(written);
        return text.Append(Strict.GetString(written.WrittenSpan)).ToString();
    }
}
