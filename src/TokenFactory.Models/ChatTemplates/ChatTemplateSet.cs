namespace TokenFactory.Models.ChatTemplates;

/// <summary>A model's templates by name, and the special tokens that they print. Immutable and safe for many threads.</summary>
public sealed class ChatTemplateSet
{
    /// <summary>The name of the template for conversations without tools, and mostly the only one.</summary>
    public const string DefaultName = "default";

    /// <summary>The name of the template for conversations with tools, where a model has one apart.</summary>
    public const string ToolUseName = "tool_use";

    internal ChatTemplateSet(IReadOnlyDictionary<string, ChatTemplate> templates, IReadOnlyDictionary<string, string> specialTokens)
    {
        Templates = templates;
        SpecialTokens = specialTokens;
    }

    /// <summary>The templates by name; never empty, and with a <see cref="DefaultName"/> unless there is only one.</summary>
    public IReadOnlyDictionary<string, ChatTemplate> Templates { get; }

    /// <summary>The special tokens by their field's name in tokenizer_config.json, such as <c>bos_token</c>; absent ones are left out.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>The template for a conversation with or without tools.</summary>
    public ChatTemplate Select(bool hasTools) =>
        hasTools && Templates.TryGetValue(ToolUseName, out ChatTemplate? toolUse) ? toolUse
        : Templates.TryGetValue(DefaultName, out ChatTemplate? standard) ? standard
        : Templates.Values.Single();

    /// <summary>
    /// Renders with the template that fits the input, and with the model's special tokens where the input gives none.
    /// </summary>
    /// <exception cref="ChatTemplateException">As for <see cref="ChatTemplate.Render"/>.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Dictionary<string, TemplateValue> variables = new(input.Variables);
        foreach ((string name, string token) in SpecialTokens)
            variables.TryAdd(name, token);
        if (input.BosToken is not null && !input.Variables.ContainsKey("bos_token"))
            variables["bos_token"] = input.BosToken;
        if (input.EosToken is not null && !input.Variables.ContainsKey("eos_token"))
            variables["eos_token"] = input.EosToken;
        return Select(input.Tools is not null).Render(input with { Variables = variables });
    }
}
