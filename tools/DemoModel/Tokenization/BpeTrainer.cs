using System.Text;

namespace TokenFactory.DemoModel.Tokenization;

/// <summary>
/// Learns byte-pair merges ("Neural Machine Translation of Rare Words with Subword Units", Sennrich et al. 2016) from counted
/// words: the most frequent pair is merged until the vocabulary is full, ties going to the ordinally smaller pair.
/// </summary>
internal sealed class BpeTrainer
{
    private readonly List<(List<string> Symbols, long Count)> _words;
    private readonly Dictionary<(string, string), long> _pairs = [];
    private readonly Dictionary<(string, string), HashSet<int>> _places = [];

    private BpeTrainer(Dictionary<string, long> counts)
    {
        _words = [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (Symbols(pair.Key), pair.Value))];
        for (int i = 0; i < _words.Count; i++)
            Count(i, 1);
    }

    /// <summary>Learns merges until they spell <paramref name="tokens"/> new tokens, or no pair occurs twice.</summary>
    public static List<(string Left, string Right)> Learn(IEnumerable<string> texts, int tokens)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            foreach (string piece in PreTokenizer.Split(text))
                counts[piece] = counts.GetValueOrDefault(piece) + 1;
        }
        return new BpeTrainer(counts).Run(tokens);
    }

    private List<(string Left, string Right)> Run(int tokens)
    {
        var learned = new List<(string, string)>(tokens);
        var spelled = new HashSet<string>(StringComparer.Ordinal);
        while (spelled.Count < tokens && TryBest(out (string Left, string Right) best))
        {
            learned.Add(best);
            spelled.Add(best.Left + best.Right);
            foreach (int word in _places[best].ToArray())
                Merge(word, best);
        }
        return learned;
    }

    private bool TryBest(out (string Left, string Right) best)
    {
        best = default;
        long most = 1;
        foreach (((string, string) pair, long count) in _pairs)
        {
            if (count > most || (count == most && most > 1 && Compare(pair, best) < 0))
                (best, most) = (pair, count);
        }
        return most > 1;
    }

    private void Merge(int word, (string Left, string Right) pair)
    {
        Count(word, -1);
        List<string> symbols = _words[word].Symbols;
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
                continue;
            symbols[i] += pair.Right;
            symbols.RemoveAt(i + 1);
        }
        Count(word, 1);
    }

    /// <summary>Adds a word's pairs to the counts, or takes them out again.</summary>
    private void Count(int word, int sign)
    {
        (List<string> symbols, long count) = _words[word];
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            (string, string) pair = (symbols[i], symbols[i + 1]);
            long now = _pairs.GetValueOrDefault(pair) + (sign * count);
            if (now == 0)
                _pairs.Remove(pair);
            else
                _pairs[pair] = now;
            if (!_places.TryGetValue(pair, out HashSet<int>? places))
                _places[pair] = places = [];
            if (sign > 0)
                places.Add(word);
        }
    }

    private static List<string> Symbols(string piece) => [.. ByteAlphabet.Encode(Encoding.UTF8.GetBytes(piece)).Select(c => c.ToString())];

    private static int Compare((string Left, string Right) a, (string Left, string Right) b)
    {
        int left = string.CompareOrdinal(a.Left, b.Left);
        return left != 0 ? left : string.CompareOrdinal(a.Right, b.Right);
    }
}
