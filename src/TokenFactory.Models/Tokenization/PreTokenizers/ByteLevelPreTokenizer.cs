using System.Text;
using TokenFactory.Models.Tokenization.Patterns;

namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>Rewrites pieces as the <see cref="ByteAlphabet"/> spelling of their UTF-8, after GPT-2's split where asked.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool split) : IPreTokenizer
{
    /// <summary>The expression that GPT-2 cuts words by.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly SplitPreTokenizer? _split =
        split ? new SplitPreTokenizer(new RegexPattern(Gpt2Pattern), SplitBehavior.Isolated, invert: false) : null;

    public void Apply(PieceList pieces)
    {
        if (addPrefixSpace)
            pieces.Rewrite(pieces.Text.Length + pieces.Pieces.Count, AddPrefixSpace);
        _split?.Apply(pieces);
        pieces.Rewrite(pieces.Text.Length, SpellBytes);
    }

    private static void AddPrefixSpace(ReadOnlySpan<char> piece, bool isStart, CharBuffer output)
    {
        if (piece[0] != ' ')
            output.Append(" ");
        output.Append(piece);
    }

    private static void SpellBytes(ReadOnlySpan<char> piece, bool isStart, CharBuffer output)
    {
        ReadOnlySpan<char> alphabet = ByteAlphabet.All;
        Span<char> room = output.Reserve(3 * piece.Length);
        Span<byte> utf8 = stackalloc byte[4];
        int written = 0;
        for (int i = 0; i < piece.Length; i++)
        {
            if (piece[i] < 0x80)
            {
                room[written++] = alphabet[piece[i]];
                continue;
            }
            Rune.DecodeFromUtf16(piece[i..], out Rune rune, out int length);
            i += length - 1;
            int count = rune.EncodeToUtf8(utf8);
            foreach (byte one in utf8[..count])
                room[written++] = alphabet[one];
        }
        output.Advance(written);
    }
}
