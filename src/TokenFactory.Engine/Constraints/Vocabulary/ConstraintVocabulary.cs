using System.Text;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Constraints.Vocabulary;

/// <summary>
/// A model's tokens as constraints see them: their bytes, a trie over them, and which tokens end a text. Built once a model and shared by
/// all its constraints; safe for several threads. Special tokens never match: only the end tokens may come, where a text is complete.
/// </summary>
public sealed class ConstraintVocabulary
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly bool[] _ends;

    private ConstraintVocabulary(IReadOnlyList<byte[]> tokens, IEnumerable<int> endTokens)
    {
        Size = tokens.Count;
        EndTokens = [.. endTokens.Where(token => token >= 0 && token < Size).Distinct().Order()];
        _ends = new bool[Size];
        foreach (int token in EndTokens)
            _ends[token] = true;
        _offsets = new int[Size + 1];
        for (int token = 0; token < Size; token++)
            _offsets[token + 1] = _offsets[token] + (_ends[token] ? 0 : tokens[token].Length);
        _bytes = new byte[_offsets[Size]];
        for (int token = 0; token < Size; token++)
        {
            if (!_ends[token])
                tokens[token].CopyTo(_bytes, _offsets[token]);
        }
        Slices = TokenSlice.CreateAll();
        (List<int>[] groups, int[] lengths) = Divide();
        for (int slice = 0; slice < Slices.Length; slice++)
            Slices[slice].Fill(groups[slice], token => lengths[token], MaskWords);
        Trie = new TokenTrie([.. groups.Select(group => group.ToArray())], token => _bytes.AsMemory(_offsets[token].._offsets[token + 1]), token => lengths[token], Size);
    }

    /// <summary>One more than the highest token id.</summary>
    public int Size { get; }

    /// <summary>32-bit words of a mask.</summary>
    public int MaskWords => (Size + 31) / 32;

    /// <summary>Ids that end a text, in rising order.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>The tokens, a trie for each slice and a last one for those in none.</summary>
    internal TokenTrie Trie { get; }

    internal TokenSlice[] Slices { get; }

    /// <summary>The vocabulary of a tokenizer.</summary>
    /// <param name="tokenizer">Its special tokens, those that decoding leaves out when asked to, match nothing.</param>
    /// <param name="endTokens">Ids that may come exactly where a text is complete.</param>
    /// <param name="most">Tokens that the model computes logits for, where the tokenizer may know more.</param>
    /// <param name="shown">Special tokens that match their text all the same, because texts under the constraint show them; null for none.</param>
    public static ConstraintVocabulary Create(ITokenizer tokenizer, IEnumerable<int> endTokens, int most = int.MaxValue, IReadOnlyList<string>? shown = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(endTokens);
        byte[][] marks = [.. (shown ?? []).Select(Encoding.UTF8.GetBytes)];
        byte[][] tokens = new byte[Math.Min(most, tokenizer.VocabularySize)][];
        for (int token = 0; token < tokens.Length; token++)
            tokens[token] = BytesOf(tokenizer, token, marks);
        return new ConstraintVocabulary(tokens, endTokens);
    }

    /// <summary>A vocabulary of bytes by token id; a token without bytes matches nothing.</summary>
    /// <param name="tokens">Each token's bytes.</param>
    /// <param name="endTokens">Ids that may come exactly where a text is complete.</param>
    public static ConstraintVocabulary Create(IReadOnlyList<byte[]> tokens, IEnumerable<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(endTokens);
        return new ConstraintVocabulary(tokens, endTokens);
    }

    /// <summary>The bytes that a token adds to a text; empty for one that never matches.</summary>
    internal ReadOnlySpan<byte> BytesOf(int token) => _bytes.AsSpan(_offsets[token].._offsets[token + 1]);

    internal bool IsEnd(int token) => _ends[token];

    /// <summary>The tokens of each slice and, last, those in none or too long for it; and by token, its length in code points.</summary>
    private (List<int>[] Groups, int[] Lengths) Divide()
    {
        List<int>[] groups = [.. Enumerable.Range(0, Slices.Length + 1).Select(_ => new List<int>())];
        int[] lengths = new int[Size];
        for (int token = 0; token < Size; token++)
        {
            ReadOnlySpan<byte> bytes = BytesOf(token);
            if (bytes.IsEmpty)
                continue;
            int slice = 0;
            while (slice < Slices.Length && (lengths[token] = Slices[slice].LengthOf(bytes)) is < 0 or > TokenSlice.MostLength)
                slice++;
            lengths[token] = slice < Slices.Length ? lengths[token] : int.MaxValue;
            groups[slice].Add(token);
        }
        return (groups, lengths);
    }

    /// <summary>A special token gives no text; nor does a lone space where a decoder drops the first one.</summary>
    private static byte[] BytesOf(ITokenizer tokenizer, int token, byte[][] marks)
    {
        byte[] bytes = tokenizer.GetTokenBytes(token);
        bool isSpecial = !bytes.AsSpan().SequenceEqual(" "u8) && tokenizer.Decode([token], skipSpecialTokens: true).Length == 0;
        return isSpecial && !Array.Exists(marks, mark => bytes.AsSpan().SequenceEqual(mark)) ? [] : bytes;
    }
}
