namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>The tokens that one configuration allows: perhaps a set shared with other configurations, and some besides.</summary>
/// <param name="Bits">A bit a token, null where only <paramref name="Tokens"/> are allowed.</param>
/// <param name="Tokens">Tokens beside those of <paramref name="Bits"/>.</param>
/// <param name="Size">Bytes it takes beyond what it shares, about.</param>
internal sealed record ResolvedMask(uint[]? Bits, int[] Tokens, long Size)
{
    /// <summary>Writes the whole mask; words beyond the vocabulary become zero.</summary>
    public void WriteTo(Span<uint> mask)
    {
        if (Bits is null)
        {
            mask.Clear();
        }
        else
        {
            Bits.CopyTo(mask);
            mask[Bits.Length..].Clear();
        }
        foreach (int token in Tokens)
            mask[token >> 5] |= 1u << (token & 31);
    }
}
