using System.Text.Json.Serialization;
using TokenFactory.Web.Playground.Conversations;

namespace TokenFactory.Web.Playground.Sharing;

/// <summary>What people wrote, as a link carries it.</summary>
public sealed record SharedTexts
{
    /// <summary>The left's system prompt.</summary>
    [JsonPropertyName("s")]
    public string? System { get; init; }

    /// <summary>The right's system prompt.</summary>
    [JsonPropertyName("rs")]
    public string? RightSystem { get; init; }

    /// <summary>The text to complete.</summary>
    [JsonPropertyName("p")]
    public string? Prompt { get; init; }

    /// <summary>The left's turns; null where the conversation is not shared.</summary>
    [JsonPropertyName("t")]
    public IReadOnlyList<SharedTurn>? Turns { get; init; }

    /// <summary>The right's turns.</summary>
    [JsonPropertyName("rt")]
    public IReadOnlyList<SharedTurn>? RightTurns { get; init; }

    [JsonIgnore]
    public bool IsEmpty => string.IsNullOrEmpty(System) && string.IsNullOrEmpty(RightSystem) && !HasConversation;

    /// <summary>Whether there is more than the setup.</summary>
    [JsonIgnore]
    public bool HasConversation => !string.IsNullOrEmpty(Prompt) || Turns is { Count: > 0 } || RightTurns is { Count: > 0 };
}

/// <summary>A turn of a shared conversation.</summary>
/// <param name="IsAnswer">Whether the model speaks.</param>
/// <param name="Text">What is said.</param>
public sealed record SharedTurn([property: JsonPropertyName("a")] bool IsAnswer, [property: JsonPropertyName("c")] string Text)
{
    public static SharedTurn Of(Turn turn) => new(turn.Speaker == Speaker.Assistant, turn.Text);

    public Turn ToTurn() => new(IsAnswer ? Speaker.Assistant : Speaker.User, Text);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SharedTexts))]
internal sealed partial class SharedTextsJson : JsonSerializerContext;
