using TokenFactory.Models.Tokenization.Patterns;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>Reads the field <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer? Read(JsonField field) => field.IsPresent ? ReadPart(field) : null;

    private static IPreTokenizer ReadPart(JsonField field) => field["type"].Text() switch
    {
        "Sequence" => new PreTokenizerSequence([.. field["pretokenizers"].Items().Select(ReadPart)]),
        "ByteLevel" => new ByteLevelPreTokenizer(field["add_prefix_space"].Flag(true), field["use_regex"].Flag(true)),
        "Split" => new SplitPreTokenizer(
            PatternReader.Read(field["pattern"]), ReadBehavior(field["behavior"], SplitBehavior.Isolated), field["invert"].Flag(false)),
        "Metaspace" => ReadMetaspace(field),
        "Whitespace" => new SplitPreTokenizer(new RegexPattern(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new SplitPreTokenizer(CharacterPattern.WhiteSpace, SplitBehavior.Removed, invert: false),
        "Digits" => new SplitPreTokenizer(
            CharacterPattern.Numeric,
            field["individual_digits"].Flag(false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
            invert: false),
        "Punctuation" => new SplitPreTokenizer(
            CharacterPattern.Punctuation, ReadBehavior(field["behavior"], SplitBehavior.Isolated), invert: false),
        "BertPreTokenizer" => new PreTokenizerSequence([
            new SplitPreTokenizer(CharacterPattern.WhiteSpace, SplitBehavior.Removed, invert: false),
            new SplitPreTokenizer(CharacterPattern.Punctuation, SplitBehavior.Isolated, invert: false)]),
        string other => throw field["type"].Error($"the pre-tokenizer '{other}' is not supported"),
    };

    private static MetaspacePreTokenizer ReadMetaspace(JsonField field)
    {
        PrependScheme scheme = MetaspaceFields.ReadScheme(field);
        return new MetaspacePreTokenizer(MetaspaceFields.ReadReplacement(field), scheme, field["split"].Flag(true));
    }

    private static SplitBehavior ReadBehavior(JsonField field, SplitBehavior fallback) => field.TextOrNull() switch
    {
        null => fallback,
        "Isolated" => SplitBehavior.Isolated,
        "Removed" => SplitBehavior.Removed,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        string other => throw field.Error($"the behavior '{other}' is not supported"),
    };
}
