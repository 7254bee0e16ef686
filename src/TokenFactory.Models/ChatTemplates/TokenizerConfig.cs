using System.Text.Json;

namespace TokenFactory.Models.ChatTemplates;

/// <summary>What tokenizer_config.json says about chats: its templates and the special tokens.</summary>
internal sealed class TokenizerConfig
{
    public const string FileName = "tokenizer_config.json";

    private const string TemplateField = "chat_template";

    // The fields that Hugging Face hands to templates; names such as add_bos_token end alike and are flags.
    private static readonly string[] TokenFields =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly string _file;

    private TokenizerConfig(string file) => _file = file;

    public Dictionary<string, string> Templates { get; } = [];

    public Dictionary<string, string> SpecialTokens { get; } = [];

    /// <summary>Reads the file; one that does not exist says nothing.</summary>
    /// <exception cref="ChatTemplateFolderException">The file is not readable or not valid; the field is named.</exception>
    public static TokenizerConfig Read(string file)
    {
        TokenizerConfig config = new(file);
        if (!File.Exists(file))
            return config;
        try
        {
            using FileStream stream = File.OpenRead(file);
            using JsonDocument document = JsonDocument.Parse(stream);
            config.ReadRoot(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ChatTemplateFolderException(file, exception.Path, $"not valid JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ChatTemplateFolderException(file, null, $"the file cannot be read: {exception.Message}", exception);
        }
        return config;
    }

    private void ReadRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ChatTemplateFolderException(_file, null, "the file must hold a JSON object");
        foreach (string field in TokenFields)
            ReadToken(root, field);
        if (!root.TryGetProperty(TemplateField, out JsonElement template) || template.ValueKind == JsonValueKind.Null)
            return;
        if (template.ValueKind == JsonValueKind.String)
            Templates.Add(ChatTemplateSet.DefaultName, Text(template, TemplateField));
        else if (template.ValueKind == JsonValueKind.Array)
            ReadNamedTemplates(template);
        else
            throw new ChatTemplateFolderException(_file, TemplateField, "must be a string or a list of {\"name\", \"template\"}");
    }

    private void ReadToken(JsonElement root, string field)
    {
        if (!root.TryGetProperty(field, out JsonElement token) || token.ValueKind == JsonValueKind.Null)
            return;
        string path = field;
        if (token.ValueKind == JsonValueKind.Object)
        {
            path = field + ".content";
            if (!token.TryGetProperty("content", out token))
                throw new ChatTemplateFolderException(_file, path, "is missing; it is the token's text");
        }
        SpecialTokens.Add(field, Text(token, path));
    }

    private void ReadNamedTemplates(JsonElement list)
    {
        foreach ((int index, JsonElement item) in list.EnumerateArray().Index())
        {
            string path = $"{TemplateField}[{index}]";
            if (item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("name", out JsonElement name)
                || !item.TryGetProperty("template", out JsonElement template))
            {
                throw new ChatTemplateFolderException(_file, path, "must have \"name\" and \"template\"");
            }
            if (!Templates.TryAdd(Text(name, path + ".name"), Text(template, path + ".template")))
                throw new ChatTemplateFolderException(_file, path + ".name", $"'{name.GetString()}' stands twice");
        }
    }

    private string Text(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw new ChatTemplateFolderException(_file, path, $"must be a string, not {element.ValueKind}");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new ChatTemplateFolderException(_file, path, "holds half of a surrogate pair, which is not text", exception);
        }
    }
}
