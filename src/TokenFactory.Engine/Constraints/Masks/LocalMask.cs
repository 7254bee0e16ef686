namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>
/// What a state allows whatever its stack is: tokens that are read whole before its rule has to end, and places in the trie where the rule
/// has ended and bytes are left, whose fate the stack decides (the split of Dong et al. 2024, arXiv:2411.15100).
/// </summary>
/// <param name="Bits">A bit a token, where many are allowed; else null.</param>
/// <param name="Tokens">The allowed tokens where they are few; else empty.</param>
/// <param name="Escapes">Nodes of the trie, with children, at which the rule has ended.</param>
internal sealed record LocalMask(uint[]? Bits, int[] Tokens, int[] Escapes)
{
    /// <summary>Bytes it takes, about.</summary>
    public long Size => (4L * ((Bits?.Length ?? 0) + Tokens.Length + Escapes.Length)) + 64;
}
