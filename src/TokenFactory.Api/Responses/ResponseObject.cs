using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Api.Responses;

/// <summary>A response as the protocol shows it. Instants are Unix seconds.</summary>
public sealed record ResponseObject
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Always <c>response</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "response";

    [JsonPropertyName("created_at")]
    public long CreatedAt { get; init; }

    /// <summary>When it was complete; null where it is not.</summary>
    [JsonPropertyName("completed_at")]
    public long? CompletedAt { get; init; }

    /// <summary><c>queued</c>, <c>in_progress</c>, <c>completed</c>, <c>incomplete</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>Whether it is computed whoever waits for it.</summary>
    [JsonPropertyName("background")]
    public bool Background { get; init; }

    /// <summary>Why it failed; null where it has not.</summary>
    [JsonPropertyName("error")]
    public ResponseError? Error { get; init; }

    /// <summary>Why it is incomplete; null where it is not.</summary>
    [JsonPropertyName("incomplete_details")]
    public IncompleteDetails? IncompleteDetails { get; init; }

    [JsonPropertyName("instructions")]
    public string? Instructions { get; init; }

    [JsonPropertyName("max_output_tokens")]
    public int? MaxOutputTokens { get; init; }

    [JsonPropertyName("max_tool_calls")]
    public int? MaxToolCalls { get; init; }

    /// <summary>The model that answers.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>What the model made, in order.</summary>
    [JsonPropertyName("output")]
    public IReadOnlyList<ResponseItem> Output { get; init; } = [];

    [JsonPropertyName("parallel_tool_calls")]
    public bool ParallelToolCalls { get; init; }

    [JsonPropertyName("previous_response_id")]
    public string? PreviousResponseId { get; init; }

    [JsonPropertyName("prompt_cache_key")]
    public string? PromptCacheKey { get; init; }

    [JsonPropertyName("reasoning")]
    public ResponseReasoning? Reasoning { get; init; }

    [JsonPropertyName("safety_identifier")]
    public string? SafetyIdentifier { get; init; }

    /// <summary>The tier that it is answered in.</summary>
    [JsonPropertyName("service_tier")]
    public string? ServiceTier { get; init; }

    /// <summary>Whether it can be asked for again.</summary>
    [JsonPropertyName("store")]
    public bool Store { get; init; }

    [JsonPropertyName("temperature")]
    public float Temperature { get; init; }

    /// <summary>The form of the text.</summary>
    [JsonPropertyName("text")]
    public required ResponseText Text { get; init; }

    [JsonPropertyName("tool_choice")]
    public JsonElement ToolChoice { get; init; }

    [JsonPropertyName("tools")]
    public IReadOnlyList<ResponseTool> Tools { get; init; } = [];

    [JsonPropertyName("top_logprobs")]
    public int TopLogprobs { get; init; }

    [JsonPropertyName("top_p")]
    public float TopP { get; init; }

    [JsonPropertyName("truncation")]
    public required string Truncation { get; init; }

    /// <summary>Tokens used; absent until it has ended.</summary>
    [JsonPropertyName("usage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResponseUsage? Usage { get; init; }

    [JsonPropertyName("user")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>The client's own words about it.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether nothing more will become of it.</summary>
    [JsonIgnore]
    internal bool HasEnded => Status is not (Queued or InProgress);
}

/// <summary>Why a response failed.</summary>
/// <param name="Code">Always <c>server_error</c>: what a client does wrong is refused before.</param>
/// <param name="Message">In words.</param>
public sealed record ResponseError([property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("message")] string Message)
{
    internal static ResponseError Of(string message) => new("server_error", message);
}

/// <summary>Why a response is incomplete.</summary>
/// <param name="Reason">Always <c>max_output_tokens</c>: the bound that was asked for, the context, or a quota, which <c>usage.limit</c> then names.</param>
public sealed record IncompleteDetails([property: JsonPropertyName("reason")] string Reason)
{
    internal static IncompleteDetails Length { get; } = new("max_output_tokens");
}

/// <summary>How a model is asked to reason.</summary>
/// <param name="Effort">As given to the chat template; null: nothing was asked.</param>
public sealed record ResponseReasoning([property: JsonPropertyName("effort")] string? Effort)
{
    /// <summary>Always null: reasoning is given whole, and not summed up.</summary>
    [JsonPropertyName("summary")]
    public string? Summary => null;
}

/// <summary>The form of a text.</summary>
/// <param name="Format">As it was asked for.</param>
public sealed record ResponseText([property: JsonPropertyName("format")] JsonElement Format)
{
    /// <summary>Always <c>medium</c>: no model here knows another.</summary>
    [JsonPropertyName("verbosity")]
    public string Verbosity => "medium";
}

/// <summary>Says that a response is gone.</summary>
/// <param name="Id">The response.</param>
public sealed record DeletedResponse([property: JsonPropertyName("id")] string Id)
{
    /// <summary>Always <c>response</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "response";

    /// <summary>Always true.</summary>
    [JsonPropertyName("deleted")]
    public bool Deleted => true;
}
