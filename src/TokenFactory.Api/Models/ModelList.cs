using System.Text.Json.Serialization;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Models;

/// <summary>The models that serve.</summary>
/// <param name="Data">The models in the order they were loaded.</param>
public sealed record ModelList([property: JsonPropertyName("data")] IReadOnlyList<ModelCard> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "list";
}

/// <summary>A model that serves.</summary>
/// <param name="Id">The name to ask for it by.</param>
/// <param name="Created">Since when it serves, in Unix seconds.</param>
/// <param name="MaxModelLen">Longest context in tokens, prompt and answer together.</param>
/// <param name="Precision">How its weights are held, for instance <c>bf16</c> or <c>int8</c>.</param>
/// <param name="State"><c>serving</c>, <c>draining</c> where it finishes what it has and takes no more, or <c>failed</c> where no replica can answer.</param>
public sealed record ModelCard(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("max_model_len")] int MaxModelLen,
    [property: JsonPropertyName("precision")] string Precision,
    [property: JsonPropertyName("state")] string State)
{
    /// <summary>Always <c>model</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "model";

    /// <summary>Who serves it.</summary>
    [JsonPropertyName("owned_by")]
    public string OwnedBy => "token-factory";

    /// <summary>Numbers of its embeddings; absent where it makes none.</summary>
    [JsonPropertyName("embedding_dimensions")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EmbeddingDimensions { get; init; }

    internal static ModelCard Of(ServedModel model) => new(
        model.Name, model.Facts.LoadedAt.ToUnixTimeSeconds(), model.MaxContext, model.Precision,
        model.FindProblem() is not null ? "failed" : model.IsDraining ? "draining" : "serving")
    {
        EmbeddingDimensions = model.FindEmbeddingProblem() is null ? model.Limits.PooledWidth : null,
    };
}
