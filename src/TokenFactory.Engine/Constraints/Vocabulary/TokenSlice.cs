using System.Buffers;
using System.Text;

namespace TokenFactory.Engine.Constraints.Vocabulary;

/// <summary>
/// Tokens written in one alphabet, grouped by length. Where an automaton is known to read any text of the alphabet up to some length, all
/// tokens up to it are allowed without being looked at (the slices of llguidance).
/// </summary>
internal sealed class TokenSlice
{
    /// <summary>Longer tokens are few, and are not in the slice.</summary>
    public const int MostLength = 20;

    private readonly bool[] _ascii = new bool[128];
    private readonly uint[][] _upTo;

    private TokenSlice(Func<char, bool> holds, bool hasOthers)
    {
        HasOthers = hasOthers;
        for (int letter = 0; letter < 128; letter++)
            _ascii[letter] = holds((char)letter);
        _upTo = new uint[MostLength + 1][];
    }

    /// <summary>Whether every code point beyond ASCII is in the alphabet; else none is.</summary>
    public bool HasOthers { get; }

    /// <summary>ASCII letters and what else the alphabet has of ASCII.</summary>
    public bool Holds(int ascii) => _ascii[ascii];

    /// <summary>The alphabets of a vocabulary's slices, narrower ones first: a token is in the first that it is written in.</summary>
    public static TokenSlice[] CreateAll() =>
    [
        new(char.IsAsciiLetterLower, hasOthers: false),
        new(char.IsAsciiLetterOrDigit, hasOthers: false),

        // What stands for itself in a JSON string.
        new(letter => letter is >= ' ' and not ('"' or '\\'), hasOthers: true),
    ];

    /// <summary>A token's length in code points, -1 where it is not written in the alphabet.</summary>
    public int LengthOf(ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) != OperationStatus.Done)
                return -1;
            if (rune.IsAscii ? !_ascii[rune.Value] : !HasOthers)
                return -1;
            bytes = bytes[consumed..];
            length++;
        }
        return length;
    }

    /// <summary>Takes in the slice's tokens.</summary>
    public void Fill(IEnumerable<int> tokens, Func<int, int> lengthOf, int words)
    {
        for (int length = 0; length <= MostLength; length++)
            _upTo[length] = new uint[words];
        foreach (int token in tokens)
        {
            for (int length = lengthOf(token); length <= MostLength; length++)
                _upTo[length][token >> 5] |= 1u << (token & 31);
        }
    }

    /// <summary>A bit for every token of at most this length.</summary>
    public ReadOnlySpan<uint> UpTo(int length) => _upTo[length];
}
