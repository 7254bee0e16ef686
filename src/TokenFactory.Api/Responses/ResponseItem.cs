using System.Text.Json.Serialization;
using TokenFactory.Api.ChatCompletions;

namespace TokenFactory.Api.Responses;

/// <summary>One item of a conversation, on its way in or out; what is absent is not of its type.</summary>
/// <param name="Type"><c>message</c>, <c>reasoning</c>, <c>function_call</c> or <c>function_call_output</c>; on its way in also <c>item_reference</c>.</param>
/// <param name="Id">Names it.</param>
public sealed record ResponseItem([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("id")] string Id)
{
    public const string Message = "message";
    public const string Reasoning = "reasoning";
    public const string Call = "function_call";
    public const string CallOutput = "function_call_output";
    public const string Reference = "item_reference";

    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";

    /// <summary>Characters of <c>{"type":"","text":""}</c>: many empty parts take memory too.</summary>
    private const int Frame = 21;

    /// <summary><c>in_progress</c>, <c>completed</c>, or <c>incomplete</c> where the answer ended within it.</summary>
    [JsonPropertyName("status")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>Who says a message: <c>user</c>, <c>assistant</c>, <c>system</c> or <c>developer</c>.</summary>
    [JsonPropertyName("role")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>Always empty: no model here sums up its reasoning.</summary>
    [JsonPropertyName("summary")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ResponsePart>? Summary { get; init; }

    /// <summary>The parts of a message or of reasoning.</summary>
    [JsonPropertyName("content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ResponsePart>? Content { get; init; }

    /// <summary>Names a call, for its output.</summary>
    [JsonPropertyName("call_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    /// <summary>The function that is called.</summary>
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>JSON as text, as the model wrote it: mostly an object, but nothing makes sure of it.</summary>
    [JsonPropertyName("arguments")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Arguments { get; init; }

    /// <summary>What a call gave.</summary>
    [JsonPropertyName("output")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Output { get; init; }

    /// <summary>Whether the model made it, or would have.</summary>
    [JsonIgnore]
    internal bool IsAssistants => Type is Reasoning or Call || (Type == Message && Role == "assistant");

    /// <summary>The texts of its parts, one a line.</summary>
    [JsonIgnore]
    internal string Text => Content is { } parts ? string.Join('\n', parts.Select(part => part.Text)) : "";

    /// <summary>What it takes in a request, in characters: its texts, and what stands around an item and a part at the least.</summary>
    [JsonIgnore]
    internal long Length =>
        Frame + (CallId?.Length ?? 0) + (Name?.Length ?? 0) + (Arguments?.Length ?? 0) + (Output?.Length ?? 0) + LengthOf(Summary) + LengthOf(Content);

    private static long LengthOf(IReadOnlyList<ResponsePart>? parts) => parts?.Sum(part => Frame + (long)part.Text.Length) ?? 0;
}

/// <summary>A piece of text in an item.</summary>
/// <param name="Type"><c>input_text</c>, <c>output_text</c>, <c>reasoning_text</c> or <c>summary_text</c>.</param>
/// <param name="Text">The text.</param>
public sealed record ResponsePart([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("text")] string Text)
{
    public const string Input = "input_text";
    public const string Output = "output_text";
    public const string Thought = "reasoning_text";
    public const string SummaryText = "summary_text";

    /// <summary>Always empty: nothing is searched that could be cited. Absent save in what a model says.</summary>
    [JsonPropertyName("annotations")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Annotations { get; init; }

    /// <summary>Log probabilities of its tokens, where asked for; else empty. Absent save in what a model says.</summary>
    [JsonPropertyName("logprobs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TokenLogprobEntry>? Logprobs { get; init; }

    /// <summary>What a model says.</summary>
    internal static ResponsePart Said(string text, IReadOnlyList<TokenLogprobEntry>? logprobs = null) =>
        new(Output, text) { Annotations = [], Logprobs = logprobs ?? [] };
}
