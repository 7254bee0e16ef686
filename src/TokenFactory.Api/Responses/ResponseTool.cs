using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Api.Responses;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; null: nothing is said.</param>
/// <param name="Parameters">The schema of its arguments; null: any.</param>
/// <param name="Strict">Whether its arguments are held to the schema.</param>
public sealed record ResponseTool(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("parameters")] JsonElement? Parameters,
    [property: JsonPropertyName("strict")] bool Strict)
{
    /// <summary>Always <c>function</c>.</summary>
    [JsonPropertyName("type")]
    public string Type => "function";
}
