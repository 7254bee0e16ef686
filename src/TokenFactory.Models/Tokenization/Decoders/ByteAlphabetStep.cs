using System.Text;
using TokenFactory.Models.Tokenization.PreTokenizers;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// Turns the byte alphabet back into bytes; a token with any other character stands for its own UTF-8. With
/// <see cref="Utf8RepairStep"/> after it, this is what the files call ByteLevel.
/// </summary>
internal sealed record ByteAlphabetStep : DecoderStep
{
    public override bool IsPerToken => true;

    public override byte[] Alone(byte[] token)
    {
        byte[] bytes = new byte[token.Length];
        int written = 0;
        for (ReadOnlySpan<byte> rest = token; !rest.IsEmpty;)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int length);
            if (!ByteAlphabet.TryGetByte(rune.Value, out bytes[written++]))
                return token;
            rest = rest[length..];
        }
        return bytes[..written];
    }
}
