using System.Globalization;
using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>A schema document and what its references mean. References lead into the same document: by pointer, by anchor, or to the root.</summary>
internal sealed class SchemaDocument
{
    private readonly string _id;
    private readonly int _mostNesting;
    private Dictionary<string, string?>? _anchors;

    /// <exception cref="ConstraintException">It nests too deep, or a string in it is no text.</exception>
    public SchemaDocument(JsonElement root, ConstraintLimits limits)
    {
        // A schema nests by two levels, its keyword and its name.
        _mostNesting = limits.MostNesting * 2;
        Check(root, "", 0);
        Root = new SchemaNode("", root);
        _id = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$id", out JsonElement id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()!.TrimEnd('#')
            : "";
    }

    public SchemaNode Root { get; }

    /// <summary>The schema that a node's <c>$ref</c> names.</summary>
    /// <exception cref="ConstraintException">It names none in this document.</exception>
    public SchemaNode Resolve(SchemaNode node)
    {
        JsonElement value = node.Element.GetProperty("$ref");
        string path = node.PathOf("$ref");
        if (value.ValueKind != JsonValueKind.String)
            throw new ConstraintException(path, "it must be a string");
        string reference = value.GetString()!;
        if (_id.Length > 0 && reference.StartsWith(_id, StringComparison.Ordinal) && (reference.Length == _id.Length || reference[_id.Length] == '#'))
            reference = reference[_id.Length..];
        if (reference.Length == 0 || reference == "#")
            return Root;
        if (reference[0] != '#')
            throw new ConstraintException(path, $"'{reference}' lies outside this schema; put it under $defs and refer to #/$defs/NAME");
        string fragment = Uri.UnescapeDataString(reference[1..]);
        return fragment[0] == '/' ? Find(JsonPointer.Split(fragment), path, reference) : FindAnchor(fragment, path);
    }

    private SchemaNode FindAnchor(string name, string path)
    {
        if (_anchors is null)
        {
            _anchors = new Dictionary<string, string?>(StringComparer.Ordinal);
            Collect(Root.Element, "");
        }
        return _anchors.TryGetValue(name, out string? pointer)
            ? Find(JsonPointer.Split(pointer ?? throw new ConstraintException(path, $"the anchor '{name}' is there more than once")), path, "#" + name)
            : throw new ConstraintException(path, $"there is no anchor '{name}'");
    }

    private SchemaNode Find(string[] tokens, string path, string reference)
    {
        SchemaNode node = Root;
        foreach (string token in tokens)
        {
            node = Member(node, token) ?? throw new ConstraintException(path, $"there is nothing at '{reference}'");
            RefuseInnerId(node);
        }
        return node;
    }

    private static SchemaNode? Member(SchemaNode node, string token)
    {
        if (node.Element.ValueKind == JsonValueKind.Object && node.Element.TryGetProperty(token, out JsonElement member))
            return new SchemaNode(JsonPointer.Append(node.Pointer, token), member);
        bool isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index);
        return isIndex && node.Element.ValueKind == JsonValueKind.Array && index < node.Element.GetArrayLength()
            ? new SchemaNode(JsonPointer.Append(node.Pointer, index), node.Element[index])
            : null;
    }

    /// <summary>An inner <c>$id</c> would change what the references under it mean.</summary>
    /// <exception cref="ConstraintException">The node has one.</exception>
    public void RefuseInnerId(SchemaNode node)
    {
        if (node.Pointer.Length > 0 && node.Has("$id") && node.Element.GetProperty("$id").ValueKind == JsonValueKind.String)
            throw new ConstraintException(node.PathOf("$id"), "an $id inside a schema is not supported; leave it out and refer by pointer");
    }

    private void Collect(JsonElement element, string pointer)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
                Collect(item, JsonPointer.Append(pointer, index++));
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name == "$anchor" && property.Value.ValueKind == JsonValueKind.String)
                _anchors![property.Value.GetString()!] = _anchors.ContainsKey(property.Value.GetString()!) ? null : pointer;
            else if (property.Name is not ("enum" or "const" or "default" or "examples"))
                Collect(property.Value, JsonPointer.Append(pointer, property.Name));
        }
    }

    private void Check(JsonElement element, string pointer, int depth)
    {
        if (depth > _mostNesting)
            throw new ConstraintException(pointer, "it nests too deep; make it flatter");
        try
        {
            if (element.ValueKind == JsonValueKind.String)
                element.GetString();
            int index = 0;
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                    Check(item, JsonPointer.Append(pointer, index++), depth + 1);
            }
            if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in element.EnumerateObject())
                    Check(property.Value, JsonPointer.Append(pointer, property.Name), depth + 1);
            }
        }
        catch (InvalidOperationException)
        {
            throw new ConstraintException(pointer, "a string holds half of a surrogate pair");
        }
    }
}
