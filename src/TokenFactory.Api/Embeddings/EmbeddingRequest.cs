using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Api.Embeddings;

/// <summary>Texts whose vectors are wanted.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>
    /// A string, an array of strings, an array of token ids, or an array of arrays of token ids; at most 2048 texts. Valid while the
    /// body that it was read from is.
    /// </summary>
    [JsonPropertyName("input")]
    public required JsonElement Input { get; init; }

    /// <summary>The model's name, as <c>GET /v1/models</c> lists it. May be left out where exactly one model serves.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary><c>float</c>, or <c>base64</c> for little-endian float32.</summary>
    [JsonPropertyName("encoding_format")]
    public string? EncodingFormat { get; init; }

    /// <summary>How many numbers a vector shall have, from 1 to the model's width: the first so many. Absent: all.</summary>
    [JsonPropertyName("dimensions")]
    public int? Dimensions { get; init; }

    /// <summary>The client's own name for its user; accepted and not used.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>Requests share cached prompt prefixes only with those of the same salt.</summary>
    [JsonPropertyName("cache_salt")]
    public string? CacheSalt { get; init; }

    internal bool IsBase64 => EncodingFormat == EmbeddingReader.Base64;
}
