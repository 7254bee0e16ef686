using System.Text;
using System.Text.RegularExpressions;

namespace TokenFactory.DemoModel.Tokenization;

/// <summary>Encodes and decodes with a <see cref="BpeVocabulary"/>. Not safe for several threads: pieces are cached.</summary>
internal sealed class BpeTokenizer
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly Dictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly string[] _tokens;
    private readonly int _specialCount;
    private readonly Regex _special;

    public BpeTokenizer(BpeVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        _tokens = [.. vocabulary.Tokens];
        _specialCount = vocabulary.Special.Count;
        for (int i = 0; i < _tokens.Length; i++)
            _ids.TryAdd(_tokens[i], i);
        for (int i = 0; i < vocabulary.Merges.Count; i++)
            _ranks.TryAdd(vocabulary.Merges[i], i);
        _special = new Regex("(" + string.Join('|', vocabulary.Special.Select(Regex.Escape)) + ")");
    }

    public BpeVocabulary Vocabulary { get; }

    /// <summary>The id of a whole token, for instance a special one.</summary>
    public int Id(string token) => _ids[token];

    /// <summary>The ids of <paramref name="text"/>; names of special tokens in it become those tokens.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>();
        foreach (string part in _special.Split(text))
        {
            if (_ids.TryGetValue(part, out int special) && special < _specialCount)
                ids.Add(special);
            else
                AddPieces(part, ids);
        }
        return ids;
    }

    /// <summary>The text of <paramref name="ids"/>; special tokens appear by name, broken UTF-8 as replacement characters.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var bytes = new List<byte>();
        foreach (int id in ids)
            bytes.AddRange(id < _specialCount ? Encoding.UTF8.GetBytes(_tokens[id]) : ByteAlphabet.Decode(_tokens[id]));
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void AddPieces(string text, List<int> ids)
    {
        foreach (string piece in PreTokenizer.Split(text))
        {
            if (!_cache.TryGetValue(piece, out int[]? known))
                _cache[piece] = known = EncodePiece(piece);
            ids.AddRange(known);
        }
    }

    /// <summary>Applies the earliest-learned merge first, until none applies.</summary>
    private int[] EncodePiece(string piece)
    {
        List<string> symbols = [.. ByteAlphabet.Encode(Encoding.UTF8.GetBytes(piece)).Select(c => c.ToString())];
        while (symbols.Count > 1)
        {
            int best = -1, rank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out int found) && found < rank)
                    (best, rank) = (i, found);
            }
            if (best < 0)
                break;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
        return [.. symbols.Select(symbol => _ids[symbol])];
    }
}
