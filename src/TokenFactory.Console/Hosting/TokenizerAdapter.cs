using System.Buffers;
using TokenFactory.Engine.Text;
using TokenFactory.Models.Tokenization;

namespace TokenFactory.Web.Hosting;

/// <summary>A model folder's tokenizer as the engine knows one.</summary>
internal sealed class TokenizerAdapter(ModelTokenizer tokenizer) : ITokenizer
{
    public int VocabularySize => tokenizer.VocabularySize;

    public int[] Encode(string text, bool addSpecialTokens, bool parseSpecialTokens) => tokenizer.Encode(text, addSpecialTokens, parseSpecialTokens);

    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens) => tokenizer.Decode(tokens, skipSpecialTokens);

    public byte[] GetTokenBytes(int token) => tokenizer.GetTokenBytes(token).ToArray();

    public ITextDecoder CreateDecoder(bool skipSpecialTokens) => new Decoder(tokenizer.CreateStreamingDecoder(skipSpecialTokens));

    private sealed class Decoder(StreamingDecoder decoder) : ITextDecoder
    {
        public void Append(int token, IBufferWriter<byte> utf8) => decoder.Append(token, utf8);

        public void Flush(IBufferWriter<byte> utf8) => decoder.Flush(utf8);
    }
}
