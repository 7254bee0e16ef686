using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>A schema inside a document: the same place is the same node.</summary>
/// <param name="Pointer">Where it stands.</param>
/// <param name="Element">An object or a boolean.</param>
internal readonly record struct SchemaNode(string Pointer, JsonElement Element)
{
    /// <summary>The schema under a keyword.</summary>
    public SchemaNode Child(string keyword) => new(JsonPointer.Append(Pointer, keyword), Element.GetProperty(keyword));

    /// <summary>The schema of a name under a keyword that holds an object of schemas.</summary>
    public SchemaNode Child(string keyword, string name) =>
        new(JsonPointer.Append(JsonPointer.Append(Pointer, keyword), name), Element.GetProperty(keyword).GetProperty(name));

    /// <summary>The schemas of a keyword that holds an array of them.</summary>
    /// <exception cref="ConstraintException">It holds something else, or none.</exception>
    public IReadOnlyList<SchemaNode> Children(string keyword)
    {
        JsonElement value = Element.GetProperty(keyword);
        string path = PathOf(keyword);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw new ConstraintException(path, "it must be an array of at least one schema");
        return [.. value.EnumerateArray().Select((element, index) => new SchemaNode(JsonPointer.Append(path, index), element))];
    }

    public string PathOf(string keyword) => JsonPointer.Append(Pointer, keyword);

    public bool Has(string keyword) => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out _);

    public bool Equals(SchemaNode other) => Pointer == other.Pointer;

    public override int GetHashCode() => Pointer.GetHashCode(StringComparison.Ordinal);
}
