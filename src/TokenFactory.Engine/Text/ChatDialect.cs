namespace TokenFactory.Engine.Text;

/// <summary>How a model writes calls of tools.</summary>
public enum ToolFormat
{
    /// <summary>In no form that is read here.</summary>
    None,

    /// <summary>Hermes and Qwen: <c>&lt;tool_call&gt;{"name": …, "arguments": …}&lt;/tool_call&gt;</c>.</summary>
    Hermes,

    /// <summary>Llama 3: the answer is <c>{"name": …, "parameters": …}</c>, perhaps after <c>&lt;|python_tag|&gt;</c>.</summary>
    Llama,

    /// <summary>Mistral up to tokenizer version 7: <c>[TOOL_CALLS][{"name": …, "arguments": …}, …]</c>.</summary>
    MistralList,

    /// <summary>Mistral from tokenizer version 11 on: <c>[TOOL_CALLS]name[ARGS]{…}</c>, once a call.</summary>
    MistralNamed,

    /// <summary>gpt-oss: a message to <c>functions.name</c> in the channel <c>commentary</c>.</summary>
    Harmony,
}

/// <summary>How a model sets what it thinks apart from what it says.</summary>
public enum ReasoningFormat
{
    /// <summary>It does not, or not in a form that is read here.</summary>
    None,

    /// <summary>DeepSeek and Qwen: <c>&lt;think&gt;…&lt;/think&gt;</c> before the answer.</summary>
    Think,

    /// <summary>gpt-oss: messages in the channel <c>analysis</c>.</summary>
    Harmony,
}

/// <summary>The conventions in which a model was trained to write more than plain text.</summary>
/// <param name="Tools">How it calls tools.</param>
/// <param name="Reasoning">How it marks its reasoning.</param>
public sealed record ChatDialect(ToolFormat Tools, ReasoningFormat Reasoning)
{
    /// <summary>Text and nothing else.</summary>
    public static ChatDialect Plain { get; } = new(ToolFormat.None, ReasoningFormat.None);

    /// <summary>Whether special tokens mark the parts of an answer, so that its reader must see them.</summary>
    public bool MarksWithSpecialTokens => Tools is ToolFormat.Llama or ToolFormat.MistralList or ToolFormat.MistralNamed or ToolFormat.Harmony;

    /// <summary>
    /// The dialect of a chat template's source, from the marks that the template itself writes or explains to the model. Families whose
    /// marks look alike and whose calls are written otherwise (Qwen3-Coder, GLM, Functionary) are not taken for them.
    /// </summary>
    public static ChatDialect Of(string template)
    {
        if (template.Contains("<|channel|>", StringComparison.Ordinal) && template.Contains("<|start|>", StringComparison.Ordinal))
        {
            return new ChatDialect(ToolFormat.Harmony, ReasoningFormat.Harmony);
        }
        return new ChatDialect(
            ToolsOf(template), template.Contains("</think>", StringComparison.Ordinal) || template.Contains("<think>", StringComparison.Ordinal) ? ReasoningFormat.Think : ReasoningFormat.None);
    }

    private static ToolFormat ToolsOf(string template)
    {
        if (template.Contains("[TOOL_CALLS]", StringComparison.Ordinal))
        {
            return template.Contains("[ARGS]", StringComparison.Ordinal) ? ToolFormat.MistralNamed : ToolFormat.MistralList;
        }
        if (template.Contains("<tool_call>", StringComparison.Ordinal) && template.Contains("<function-name>", StringComparison.Ordinal))
        {
            return ToolFormat.Hermes;
        }
        return template.Contains("{\"name\": function name, \"parameters\":", StringComparison.Ordinal) ? ToolFormat.Llama : ToolFormat.None;
    }
}
