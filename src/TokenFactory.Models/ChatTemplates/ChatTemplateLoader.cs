using System.Text;

namespace TokenFactory.Models.ChatTemplates;

/// <summary>
/// Reads the chat templates of a model folder in Hugging Face layout: <c>chat_template.jinja</c> and
/// <c>additional_chat_templates/*.jinja</c>, which win together, else <c>chat_template</c> in <c>tokenizer_config.json</c>.
/// </summary>
public static class ChatTemplateLoader
{
    private const string TemplateFile = "chat_template.jinja";
    private const string AdditionalFolder = "additional_chat_templates";
    private const string TemplateExtension = ".jinja";

    /// <summary>Loads a folder's templates; null where the folder has none: the model only completes plain text.</summary>
    /// <exception cref="ChatTemplateFolderException">The folder or a file cannot be read, or a field has the wrong form.</exception>
    /// <exception cref="ChatTemplateSyntaxException">A template is not valid.</exception>
    public static ChatTemplateSet? Load(string folder, ChatTemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new ChatTemplateFolderException(folder, null, "the model folder does not exist");
        limits ??= ChatTemplateLimits.Default;
        TokenizerConfig config = TokenizerConfig.Read(Path.Combine(folder, TokenizerConfig.FileName));
        Dictionary<string, ChatTemplate> templates = ReadFiles(folder, limits);
        if (templates.Count == 0)
        {
            foreach ((string name, string source) in config.Templates)
                templates.Add(name, ChatTemplate.Parse(source, $"{TokenizerConfig.FileName}: {name}", limits));
        }
        if (templates.Count == 0)
            return null;
        if (templates.Count > 1 && !templates.ContainsKey(ChatTemplateSet.DefaultName))
        {
            throw new ChatTemplateFolderException(
                folder, null, $"none of the chat templates {string.Join(", ", templates.Keys)} is named '{ChatTemplateSet.DefaultName}'; rename the one to use");
        }
        return new ChatTemplateSet(templates, config.SpecialTokens);
    }

    private static Dictionary<string, ChatTemplate> ReadFiles(string folder, ChatTemplateLimits limits)
    {
        Dictionary<string, ChatTemplate> templates = [];
        string main = Path.Combine(folder, TemplateFile);
        if (File.Exists(main))
            templates.Add(ChatTemplateSet.DefaultName, Parse(main, TemplateFile, limits));
        string additional = Path.Combine(folder, AdditionalFolder);
        if (!Directory.Exists(additional))
            return templates;
        foreach (string file in Directory.EnumerateFiles(additional, "*" + TemplateExtension).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            templates.TryAdd(name, Parse(file, $"{AdditionalFolder}/{name}{TemplateExtension}", limits));
        }
        return templates;
    }

    private static ChatTemplate Parse(string file, string name, ChatTemplateLimits limits)
    {
        try
        {
            // No character takes more than four bytes: a larger file is not worth reading.
            if (new FileInfo(file).Length > 4L * limits.MaxSourceLength)
                throw new ChatTemplateFolderException(file, null, $"the template is longer than {limits.MaxSourceLength} characters");
            UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return ChatTemplate.Parse(File.ReadAllText(file, strict), name, limits);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ChatTemplateFolderException(file, null, "the template is not UTF-8 text", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ChatTemplateFolderException(file, null, $"the file cannot be read: {exception.Message}", exception);
        }
    }
}
