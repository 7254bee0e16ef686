using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Types of JSON values.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Number = 4,
    String = 8,
    Array = 16,
    Object = 32,
    All = Null | Boolean | Number | String | Array | Object,
}

/// <summary>What one alternative says, type by type: all keywords of its schemas put together. Only the part of a value's own type holds for it.</summary>
internal sealed class TypedSchema
{
    /// <summary>A place that stands for it in messages.</summary>
    public required string Path { get; init; }

    public JsonTypes Types { get; set; } = JsonTypes.All;

    /// <summary>The only values allowed, null where any is. They are yet to be checked against the rest.</summary>
    public IReadOnlyList<JsonElement>? Values { get; set; }

    /// <summary>Where the values come from.</summary>
    public string ValuesPath { get; set; } = "";

    public NumberRange Numbers { get; set; }

    public int LeastLength { get; set; }

    public int? MostLength { get; set; }

    /// <summary>Expressions that a string must contain a match of, and where they stand.</summary>
    public List<(string Expression, string Path)> Patterns { get; } = [];

    /// <summary>Known formats of a string.</summary>
    public HashSet<string> Formats { get; } = new(StringComparer.Ordinal);

    /// <summary>Schemas with <c>prefixItems</c> or <c>items</c>.</summary>
    public List<SchemaNode> ItemSchemas { get; } = [];

    public int LeastItems { get; set; }

    public int? MostItems { get; set; }

    /// <summary>Schemas that so many items must satisfy.</summary>
    public List<(SchemaNode Schema, int Least)> Contains { get; } = [];

    /// <summary>Schemas with <c>properties</c>, <c>patternProperties</c> or <c>additionalProperties</c>.</summary>
    public List<SchemaNode> PropertySchemas { get; } = [];

    public List<SchemaNode> NameSchemas { get; } = [];

    /// <summary>Names that must be there, in the order in which they are named.</summary>
    public List<string> Required { get; } = [];

    public int LeastProperties { get; set; }

    public int? MostProperties { get; set; }

    public bool HasStringRules => LeastLength > 0 || MostLength is not null || Patterns.Count > 0 || Formats.Count > 0;

    public bool HasArrayRules => ItemSchemas.Count > 0 || LeastItems > 0 || MostItems is not null || Contains.Count > 0;

    public bool HasObjectRules => PropertySchemas.Count > 0 || NameSchemas.Count > 0 || Required.Count > 0 || LeastProperties > 0 || MostProperties is not null;

    /// <summary>Whether every value is allowed.</summary>
    public bool IsAnything =>
        Types == JsonTypes.All && Values is null && Numbers is { IsUnbounded: true, IsInteger: false } && !HasStringRules && !HasArrayRules && !HasObjectRules;

    public bool Allows(JsonTypes type) => (Types & type) != 0;

    /// <summary>The type of a value.</summary>
    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        _ => JsonTypes.Object,
    };
}
