using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Tests.Dialects;

/// <summary>The dialects by name, and answers in each that hold every part and every fault.</summary>
internal static class Dialect
{
    public static ChatDialect Hermes { get; } = new(ToolFormat.Hermes, ReasoningFormat.None);

    public static ChatDialect Qwen { get; } = new(ToolFormat.Hermes, ReasoningFormat.Think);

    public static ChatDialect Llama { get; } = new(ToolFormat.Llama, ReasoningFormat.None);

    public static ChatDialect Mistral { get; } = new(ToolFormat.MistralList, ReasoningFormat.None);

    public static ChatDialect MistralNamed { get; } = new(ToolFormat.MistralNamed, ReasoningFormat.None);

    public static ChatDialect Harmony { get; } = new(ToolFormat.Harmony, ReasoningFormat.Harmony);

    public static ChatDialect Thinking { get; } = new(ToolFormat.None, ReasoningFormat.Think);

    public static IReadOnlyList<(ChatDialect Dialect, string Answer)> Answers { get; } =
    [
        (Qwen, "<think>\nFirst, 世界 & <tool_call>?\n\n</think>\n\nLet me look.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Par}is </tool_call> \\\"é\\\"\"}}\n</tool_call>\n<tool_call>\n{\"arguments\": {\"a\": 2, \"b\": [3.5]}, \"name\": \"add\"}\n</tool_call>\nDone."),
        (Qwen, "  no thought <think> here <tool_call> nor {a} call <tool_call>{\"nam\": 3}</tool_call> \n"),
        (Hermes, "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 2</tool_call>text<tool_call>{\"name\":\"add\"}</tool_call>"),
        (Hermes, "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": \"unclosed</tool_call> and on"),
        (Llama, "{\"type\": \"function\", \"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\"}}; {\"name\": \"add\", \"parameters\": {\"a\": 1}}"),
        (Llama, " <|python_tag|>{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Päris\"}}\n"),
        (Llama, "{\"name\": \"Bob\", \"parameters\": {\"age\": 3}} is what you asked for"),
        (Llama, "I will call.<|python_tag|>{\"name\": \"add\", \"parameters\": {\"a\": 1}} there"),
        (Mistral, "Sure. [TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"[TOOL_CALLS]\"}, \"id\": \"abcdef123\"}, {\"name\": \"add\", \"arguments\": {\"a\": 2}}] bye"),
        (Mistral, "[TOOL_CALLS]nothing of the kind"),
        (MistralNamed, "[TOOL_CALLS]get_weather[CALL_ID]abcdef123[ARGS]{\"city\": \"Paris\"}[TOOL_CALLS]add[ARGS]{\"a\": [1, \"]\"]}\n"),
        (MistralNamed, "ok [TOOL_CALLS]add{\"a\": 1[TOOL_CALLS]add[CALL_ID]x"),
        (Harmony, "<|channel|>analysis<|message|>Think 世界 < | <|end|><|start|>assistant<|channel|>commentary<|message|>I'll look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"<|\"}<|call|>"),
        (Harmony, " to=functions.add<|channel|>commentary json<|message|>{\"a\": 1}<|call|><|start|>assistant<|channel|>final<|message|>It is 3 <|or|> so.<|return|>"),
        (Harmony, "plain text without channels <|end|>"),
        (Thinking, "thoughts</think>answer"),
        (Thinking, "\n<think> a </thin </think >  b\n</think>\n\n answer </think> \n"),
    ];
}
