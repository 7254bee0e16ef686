using System.Text.Json.Serialization;

namespace TokenFactory.Api.Tokenization;

/// <summary>A text as tokens.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="MaxModelLen">The model's longest context in tokens.</param>
/// <param name="Tokens">The token ids.</param>
/// <param name="TokenStrings">The tokens' texts, where asked for; <c>bytes:\x…</c> where the bytes are no whole characters.</param>
public sealed record TokenizeResponse(
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("max_model_len")] int MaxModelLen,
    [property: JsonPropertyName("tokens")] IReadOnlyList<int> Tokens,
    [property: JsonPropertyName("token_strs")] IReadOnlyList<string>? TokenStrings);

/// <summary>Tokens as text.</summary>
/// <param name="Prompt">The text.</param>
public sealed record DetokenizeResponse([property: JsonPropertyName("prompt")] string Prompt);
