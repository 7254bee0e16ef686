using System.Text.Json.Nodes;

namespace TokenFactory.Tests.Shared.Contract;

/// <summary>A place where answers have null, or what else is named, and the description's schema has none.</summary>
/// <param name="Schema">The schema's name.</param>
/// <param name="Place">The way to it through the schema, for instance <c>properties/errors</c>.</param>
/// <param name="Reason">Why the answer is right.</param>
internal sealed record Deviation(string Schema, string Place, string Reason)
{
    /// <summary>The type that is found there.</summary>
    public string Type { get; init; } = "null";

    /// <summary>A schema that all values of a type satisfy too.</summary>
    public static JsonObject Or(JsonNode schema, string type) => new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = type }) };

    /// <summary>Allows the type at the place; fails where the schema has no such place.</summary>
    public void Apply(JsonNode schema)
    {
        string[] steps = Place.Split('/');
        JsonNode parent = steps[..^1].Aggregate(schema, (node, step) => node[step] ?? throw new KeyNotFoundException($"{Schema} has no {Place}"));
        JsonNode found = parent[steps[^1]] ?? throw new KeyNotFoundException($"{Schema} has no {Place}");
        parent[steps[^1]] = Or(found.DeepClone(), Type);
    }
}
