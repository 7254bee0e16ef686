using TokenFactory.Engine.Constraints.Automata;

namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>Memory for making one mask, lent to one thread at a time.</summary>
/// <param name="words">32-bit words of a mask.</param>
/// <param name="longestToken">Bytes of the longest token.</param>
/// <param name="slices">How many slices the vocabulary has.</param>
internal sealed class MaskScratch(int words, int longestToken, int slices)
{
    public uint[] Bits { get; } = new uint[words];

    /// <summary>By depth in the trie: the configuration after that many bytes.</summary>
    public Configuration[] Path { get; } = new Configuration[longestToken + 1];

    /// <summary>By slice: up to what length all its tokens are allowed.</summary>
    public int[] Depths { get; } = new int[slices];

    public List<int> Escapes { get; } = [];

    public void Clear()
    {
        Array.Clear(Bits);
        Escapes.Clear();
    }

    public void Allow(int token) => Bits[token >> 5] |= 1u << (token & 31);
}
