using System.Text;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization.Normalizers;

/// <summary>Reads the field <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    public static INormalizer? Read(JsonField field) => field.IsPresent ? ReadPart(field) : null;

    private static INormalizer ReadPart(JsonField field) => field["type"].Text() switch
    {
        "Sequence" => new NormalizerSequence([.. field["normalizers"].Items().Select(ReadPart)]),
        "NFC" => new UnicodeFormNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeFormNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeFormNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeFormNormalizer(NormalizationForm.FormKD),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Strip" => new StripNormalizer(field["strip_left"].Flag(true), field["strip_right"].Flag(true)),
        "Prepend" => new PrependNormalizer(field["prepend"].Text()),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(field["pattern"]), field["content"].Text()),
        string other => throw field["type"].Error($"the normalizer '{other}' is not supported"),
    };
}
