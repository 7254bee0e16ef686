using System.Text;
using TokenFactory.Models.Tokenization.PreTokenizers;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>The fields that the Metaspace pre-tokenizer and the Metaspace decoder share.</summary>
internal static class MetaspaceFields
{
    /// <summary>The symbol that spells a space: one character, U+2581 unless told.</summary>
    public static string ReadReplacement(JsonField field)
    {
        string replacement = field["replacement"].TextOrNull() ?? "\u2581";
        if (Rune.DecodeFromUtf16(replacement, out _, out int length) != System.Buffers.OperationStatus.Done || length != replacement.Length)
            throw field["replacement"].Error("must be one character");
        return replacement;
    }

    /// <summary>The scheme; older files say <c>add_prefix_space</c> instead.</summary>
    public static PrependScheme ReadScheme(JsonField field) => field["prepend_scheme"].TextOrNull() switch
    {
        null => field["add_prefix_space"].Flag(true) ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        string other => throw field["prepend_scheme"].Error($"'{other}' is none of always, first, never"),
    };
}
