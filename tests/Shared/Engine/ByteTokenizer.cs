using System.Buffers;
using System.Text;
using TokenFactory.Engine.Text;

namespace TokenFactory.Tests.Shared.Engine;

/// <summary>Token ids are the bytes of UTF-8; 0 and ids from 256 on are special and give no text, or their names. Incomplete code points are held back.</summary>
internal sealed class ByteTokenizer(int vocabularySize = 256) : ITokenizer
{
    public int VocabularySize => vocabularySize;

    public int[] Encode(string text, bool addSpecialTokens, bool parseSpecialTokens) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens)
    {
        ArrayBufferWriter<byte> text = new();
        ITextDecoder decoder = CreateDecoder(skipSpecialTokens);
        foreach (int token in tokens)
        {
            decoder.Append(token, text);
        }
        decoder.Flush(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    public byte[] GetTokenBytes(int token) => token < 256 ? [(byte)token] : Encoding.UTF8.GetBytes($"<{token}>");

    public ITextDecoder CreateDecoder(bool skipSpecialTokens) => new Decoder(skipSpecialTokens);

    private sealed class Decoder(bool skipSpecialTokens) : ITextDecoder
    {
        private readonly List<byte> _held = [];

        public void Append(int token, IBufferWriter<byte> utf8)
        {
            if (token is 0 or >= 256)
            {
                utf8.Write(skipSpecialTokens ? [] : Encoding.UTF8.GetBytes($"<{token}>"));
                return;
            }
            _held.Add((byte)token);
            OperationStatus status = Rune.DecodeFromUtf8(_held.ToArray(), out _, out _);
            if (status != OperationStatus.NeedMoreData)
            {
                Release(utf8);
            }
        }

        public void Flush(IBufferWriter<byte> utf8) => Release(utf8);

        private void Release(IBufferWriter<byte> utf8)
        {
            utf8.Write(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_held.ToArray())));
            _held.Clear();
        }
    }
}
