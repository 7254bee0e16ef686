using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Onnx;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>A token's way from id to the bytes on a connection.</summary>
internal static class TextHotPath
{
    /// <summary>Ids of a story through the demonstration model's streaming decoder.</summary>
    public static double Detokenize()
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(Path.Combine(SharedData.RepositoryRoot, "models/demo"));
        int[] ids = tokenizer.Encode(HeldStory.Read() + " Grüße, 世界! 👩‍🚀", addSpecialTokens: false);
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        ArrayBufferWriter<byte> text = new(1 << 16);
        return HotPaths.PerToken(
            () =>
            {
                text.ResetWrittenCount();
                foreach (int id in ids)
                {
                    decoder.Append(id, text);
                }
                decoder.Flush(text);
            },
            warmUps: 5,
            times: 20,
            tokensEach: ids.Length);
    }

    /// <summary>Chunks of one token each, flushed each.</summary>
    public static double WriteChunks()
    {
        using SseWriter sse = new(PipeWriter.Create(Stream.Null));
        ChatCompletionRequest request = new() { Messages = JsonElement.Parse("[]") };
        ChatChunkWriter chunks = new(sse, new AnswerHead("chatcmpl-1", 0, "demo"), request, new ByteTokenizer());
        GenerationDelta delta = new();
        return HotPaths.PerToken(
            () =>
            {
                delta.Clear();
                delta.Add('w', 0, [], " w\"ord"u8);
                chunks.WriteDelta(0, delta);
                Task flush = sse.FlushAsync().AsTask();
                flush.GetAwaiter().GetResult();
            },
            warmUps: 50,
            times: 1000,
            tokensEach: 1);
    }
}
