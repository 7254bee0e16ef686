using System.Collections.ObjectModel;

namespace TokenFactory.Models.ChatTemplates;

/// <summary>
/// What a template is rendered with. A rendering works on its own copy of the lists and maps, so one input may be used by
/// many renderings at once. What is null here is undefined in the template.
/// </summary>
public sealed record ChatTemplateInput
{
    /// <summary>A list of maps with at least <c>role</c> and, mostly, <c>content</c>.</summary>
    public required TemplateValue Messages { get; init; }

    /// <summary>A list of tool definitions in the OpenAI form; null where the request gives none.</summary>
    public TemplateValue? Tools { get; init; }

    /// <summary>Whether the text ends with the opening of the assistant's next turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    /// <summary>Further variables (<c>enable_thinking</c>, <c>documents</c>, other special tokens …); they win over the ones above.</summary>
    public IReadOnlyDictionary<string, TemplateValue> Variables { get; init; } = ReadOnlyDictionary<string, TemplateValue>.Empty;

    /// <summary>The clock of <c>strftime_now</c>, which prints its local time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
