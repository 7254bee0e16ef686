using System.Text.Json;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>What <c>tokenizer_config.json</c> says of special tokens: their texts, null where it names none.</summary>
internal sealed record TokenizerConfig(string? Begin, string? End, string? Unknown, string? Padding)
{
    public const string FileName = "tokenizer_config.json";

    public static TokenizerConfig Empty { get; } = new(null, null, null, null);

    /// <summary>All texts it names.</summary>
    public IReadOnlySet<string> Named => new[] { Begin, End, Unknown, Padding }.OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads the file of <paramref name="folder"/>; a folder without one has an empty configuration.</summary>
    public static TokenizerConfig Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return Empty;
        JsonField top = JsonField.Open(file, out JsonDocument document);
        using (document)
            return new TokenizerConfig(Token(top["bos_token"]), Token(top["eos_token"]), Token(top["unk_token"]), Token(top["pad_token"]));
    }

    /// <summary>A token is a text, or an object with its text as <c>content</c>.</summary>
    private static string? Token(JsonField field) => field.IsObject ? field["content"].Text() : field.TextOrNull();
}
