using System.Text.Json.Serialization;

namespace TokenFactory.Api.Embeddings;

/// <summary>The vectors of texts.</summary>
/// <param name="Data">A vector for each text, in their order.</param>
/// <param name="Model">The model that computed them.</param>
/// <param name="Usage">Tokens used.</param>
public sealed record EmbeddingResponse(
    [property: JsonPropertyName("data")] IReadOnlyList<Embedding> Data,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("usage")] EmbeddingUsage Usage)
{
    /// <summary>Always <c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "list";
}

/// <summary>The vector of a text.</summary>
/// <param name="Index">Which text's.</param>
/// <param name="Vector">An array of numbers, or little-endian float32 in base64; of length 1.</param>
public sealed record Embedding(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("embedding")] EmbeddingVector Vector)
{
    /// <summary>Always <c>embedding</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "embedding";
}

/// <summary>Tokens that texts have.</summary>
/// <param name="PromptTokens">Of all texts.</param>
/// <param name="TotalTokens">The same: nothing is generated.</param>
public sealed record EmbeddingUsage(
    [property: JsonPropertyName("prompt_tokens")] long PromptTokens,
    [property: JsonPropertyName("total_tokens")] long TotalTokens);
