using System.Globalization;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>Reads the field <c>model</c> of type BPE.</summary>
internal static class BpeModelReader
{
    private const char Blank = '\u2581';

    /// <param name="model">The field <c>model</c>.</param>
    /// <param name="addedIds">The added tokens, which may hold the unknown token where the vocabulary does not.</param>
    public static BpeParts Read(JsonField model, IReadOnlyDictionary<string, int> addedIds)
    {
        string type = model["type"].TextOrNull() ?? "BPE";
        if (type != "BPE")
            throw model["type"].Error($"the model '{type}' is not supported; only BPE is");
        RefuseAffix(model["continuing_subword_prefix"]);
        RefuseAffix(model["end_of_word_suffix"]);
        Dictionary<string, int> vocabulary = ReadVocabulary(model["vocab"]);
        MergeTable merges = ReadMerges(model["merges"], vocabulary, out bool crossWords);
        return new BpeParts(
            vocabulary,
            merges,
            model["byte_fallback"].Flag(false) ? FindBytePieces(vocabulary) : null,
            ReadUnknown(model["unk_token"], vocabulary, addedIds),
            model["fuse_unk"].Flag(false),
            model["ignore_merges"].Flag(false),
            crossWords);
    }

    private static Dictionary<string, int> ReadVocabulary(JsonField field)
    {
        Dictionary<string, int> vocabulary = new(field.Count, StringComparer.Ordinal);
        Dictionary<int, string> owners = new(field.Count);
        foreach ((string piece, JsonField value) in field.Properties())
        {
            int id = value.Integer(Vocabulary.MostId);
            if (!vocabulary.TryAdd(piece, id))
                throw field.Error($"has the piece '{piece}' twice");
            if (!owners.TryAdd(id, piece))
                throw field.Error($"gives the id {id} to both '{owners[id]}' and '{piece}'");
        }
        return vocabulary.Count > 0 ? vocabulary : throw field.Error("has no pieces");
    }

    private static MergeTable ReadMerges(JsonField field, Dictionary<string, int> vocabulary, out bool crossWords)
    {
        crossWords = false;
        MergeTable merges = new(field.Count);
        int rank = 0;
        foreach (JsonField merge in field.Items())
        {
            if (merge.IsString && merge.Text().StartsWith("#version", StringComparison.Ordinal))
                continue;
            (string left, string right) = ReadPair(merge);
            merges.Set(Id(left), Id(right), rank++, Id(left + right));
            crossWords |= right[0] == Blank && left[^1] != Blank;

            int Id(string piece) => vocabulary.TryGetValue(piece, out int id)
                ? id
                : throw merge.Error($"merges '{left}' and '{right}', but '{piece}' is not in model.vocab");
        }
        return merges;
    }

    private static (string Left, string Right) ReadPair(JsonField merge)
    {
        string[] pair = merge.IsArray ? [.. merge.Items().Select(part => part.Text())] : merge.Text().Split(' ');
        return pair.Length == 2 && pair[0].Length > 0 && pair[1].Length > 0
            ? (pair[0], pair[1])
            : throw merge.Error("must be two pieces, as \"a b\" or [\"a\", \"b\"]");
    }

    private static int[] FindBytePieces(Dictionary<string, int> vocabulary)
    {
        int[] ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
            ids[value] = vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1);
        return ids;
    }

    private static int? ReadUnknown(JsonField field, Dictionary<string, int> vocabulary, IReadOnlyDictionary<string, int> addedIds)
    {
        if (field.TextOrNull() is not { } unknown)
            return null;
        if (vocabulary.TryGetValue(unknown, out int id) || addedIds.TryGetValue(unknown, out id))
            return id;
        throw field.Error($"names '{unknown}', which is not in the vocabulary");
    }

    private static void RefuseAffix(JsonField field)
    {
        if (field.TextOrNull() is { Length: > 0 } affix)
            throw field.Error($"is '{affix}'; a model with such an affix is not supported");
    }
}
