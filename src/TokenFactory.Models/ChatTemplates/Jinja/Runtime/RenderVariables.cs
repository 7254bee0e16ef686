namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>The variables that a rendering starts with.</summary>
internal static class RenderVariables
{
    /// <summary>The input's variables; those given by name win over the standard ones.</summary>
    public static IEnumerable<(string Name, TemplateValue Value)> Of(ChatTemplateInput input)
    {
        yield return ("messages", input.Messages);
        yield return ("add_generation_prompt", input.AddGenerationPrompt);
        if (input.Tools is not null)
            yield return ("tools", input.Tools);
        if (input.BosToken is not null)
            yield return ("bos_token", input.BosToken);
        if (input.EosToken is not null)
            yield return ("eos_token", input.EosToken);
        foreach ((string name, TemplateValue value) in input.Variables)
            yield return (name, value);
    }
}
