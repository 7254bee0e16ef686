namespace TokenFactory.DemoModel.Tokenization;

/// <summary>A byte-level BPE vocabulary: special tokens first, then the 256 bytes, then one token per merge.</summary>
internal sealed record BpeVocabulary(IReadOnlyList<string> Special, IReadOnlyList<(string Left, string Right)> Merges)
{
    /// <summary>All tokens in the order of their ids, in the byte alphabet. Two merges may spell the same token, which has one id.</summary>
    public IEnumerable<string> Tokens => Spelled().Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Spelled()
    {
        foreach (string special in Special)
            yield return special;
        foreach (char c in ByteAlphabet.All.ToArray())
            yield return c.ToString();
        foreach ((string left, string right) in Merges)
            yield return left + right;
    }
}
