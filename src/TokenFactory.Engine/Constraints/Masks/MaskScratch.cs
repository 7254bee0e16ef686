using TokenFactory.Engine.Constraints.Automata;

namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>Memory for making one mask, lent to one thread at a time.</summary>
/// <param name="words">32-bit words of a mask.</param>
/// <param name="longestToken">Bytes of the longest token.</param>
internal sealed class MaskScratch(int words, int longestToken)
{
    public uint[] Bits { get; } = new uint[words];

    /// <summary>By depth in the trie: the configuration after that many bytes.</summary>
    public Configuration[] Path { get; } = new Configuration[longestToken + 1];

    public List<int> Escapes { get; } = [];

    public void Clear()
    {
        Array.Clear(Bits);
        Escapes.Clear();
    }

    public void Allow(int token) => Bits[token >> 5] |= 1u << (token & 31);
}
