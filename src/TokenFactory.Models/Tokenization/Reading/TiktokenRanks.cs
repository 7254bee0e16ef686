using System.Buffers.Text;
using System.Globalization;
using System.Text;
using TokenFactory.Models.Tokenization.AddedTokens;
using TokenFactory.Models.Tokenization.Bpe;
using TokenFactory.Models.Tokenization.Decoders;
using TokenFactory.Models.Tokenization.Patterns;
using TokenFactory.Models.Tokenization.PreTokenizers;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>
/// Reads a <c>*.tiktoken</c> file: a line is a piece's bytes in base64, a blank and its rank, which is its id. Any two pieces whose
/// bytes together are a piece may merge, at that piece's rank.
/// </summary>
internal static class TiktokenRanks
{
    public static TokenizerParts Read(string file, string pattern, IReadOnlyDictionary<string, int> specialTokens)
    {
        Dictionary<string, int> vocabulary = ReadVocabulary(file);
        BpeParts model = new(
            vocabulary,
            FindMerges(vocabulary),
            ByteFallback: null,
            UnknownId: null,
            FuseUnknown: false,
            IgnoreMerges: true,
            MergesCrossWords: true);
        HashSet<int> taken = [.. vocabulary.Values];
        List<AddedToken> added = [];
        foreach ((string text, int id) in specialTokens)
        {
            if (id is < 0 or > Vocabulary.MostId || !taken.Add(id))
                throw new TokenizerFormatException(file, "", $"the special token '{text}' cannot have the id {id}");
            added.Add(new AddedToken(
                id, text, SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, Special: true, Control: true));
        }
        PreTokenizerSequence preTokenizer = new([
            new SplitPreTokenizer(new RegexPattern(pattern), SplitBehavior.Isolated, invert: false),
            new ByteLevelPreTokenizer(addPrefixSpace: false, split: false)]);
        return new TokenizerParts(
            file,
            new Vocabulary(vocabulary, added),
            new BpeModel(model),
            added,
            Normalizer: null,
            preTokenizer,
            SpecialTokenTemplate.None,
            [new ByteAlphabetStep(), new Utf8RepairStep()]);
    }

    private static Dictionary<string, int> ReadVocabulary(string file)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        HashSet<int> taken = [];
        int number = 0;
        foreach (string line in ReadLines(file))
        {
            number++;
            if (line.Length == 0)
                continue;
            if (!TryReadLine(line, out string piece, out int rank))
            {
                throw new TokenizerFormatException(
                    file, $"line {number}", $"must be base64, a blank and a rank from 0 to {Vocabulary.MostId}");
            }
            if (!vocabulary.TryAdd(piece, rank) || !taken.Add(rank))
                throw new TokenizerFormatException(file, $"line {number}", "has a piece or a rank that an earlier line has");
        }
        return vocabulary.Count > 0 ? vocabulary : throw new TokenizerFormatException(file, "", "has no pieces");
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException(file, "", $"cannot be read: {exception.Message}", exception);
        }
    }

    private static bool TryReadLine(string line, out string piece, out int rank)
    {
        piece = "";
        rank = -1;
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank <= 0 || !int.TryParse(line.AsSpan(blank + 1), NumberStyles.None, CultureInfo.InvariantCulture, out rank))
            return false;
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(blank) + 3];
        if (rank > Vocabulary.MostId || !Convert.TryFromBase64Chars(line.AsSpan(0, blank), bytes, out int length))
            return false;
        StringBuilder spelling = new(length);
        foreach (byte one in bytes.AsSpan(0, length))
            spelling.Append(ByteAlphabet.All[one]);
        piece = spelling.ToString();
        return piece.Length > 0;
    }

    private static MergeTable FindMerges(Dictionary<string, int> vocabulary)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> pieces = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        MergeTable merges = new(4 * vocabulary.Count);
        foreach ((string piece, int rank) in vocabulary)
        {
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (pieces.TryGetValue(piece.AsSpan(0, cut), out int left) && pieces.TryGetValue(piece.AsSpan(cut), out int right))
                    merges.Set(left, right, rank, rank);
            }
        }
        return merges;
    }
}
