using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Which keywords are held to and which are refused. All others are annotations, which the specification says to ignore.</summary>
internal static class SchemaKeywords
{
    private static readonly HashSet<string> Assertions = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "format",
        "prefixItems", "items", "minItems", "maxItems", "contains", "minContains", "properties", "patternProperties", "additionalProperties",
        "propertyNames", "required", "minProperties", "maxProperties",
    };

    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["not"] = "'not' is not supported; say what is allowed instead",
        ["if"] = "conditions are not supported; use anyOf with one branch for each case",
        ["then"] = "conditions are not supported; use anyOf with one branch for each case",
        ["else"] = "conditions are not supported; use anyOf with one branch for each case",
        ["dependentRequired"] = "dependent keywords are not supported; use anyOf with one branch for each case",
        ["dependentSchemas"] = "dependent keywords are not supported; use anyOf with one branch for each case",
        ["dependencies"] = "dependent keywords are not supported; use anyOf with one branch for each case",
        ["unevaluatedItems"] = "unevaluated keywords are not supported; use items",
        ["unevaluatedProperties"] = "unevaluated keywords are not supported; use additionalProperties",
        ["multipleOf"] = "multipleOf is not supported; leave it out and check the number afterwards",
        ["maxContains"] = "maxContains is not supported; leave it out",
        ["additionalItems"] = "additionalItems is of an older draft; use prefixItems and items",
        ["$dynamicRef"] = "dynamic references are not supported; use $ref",
        ["$recursiveRef"] = "dynamic references are not supported; use $ref",
    };

    /// <summary>Whether a schema says anything by itself, beyond what it refers to or is composed of.</summary>
    /// <exception cref="ConstraintException">A keyword is not supported.</exception>
    public static bool HasAssertions(SchemaNode node)
    {
        bool has = false;
        foreach (JsonProperty property in node.Element.EnumerateObject())
        {
            if (Refused.TryGetValue(property.Name, out string? problem))
                throw new ConstraintException(node.PathOf(property.Name), problem);
            if (property.Name == "uniqueItems" && property.Value.ValueKind != JsonValueKind.False)
                throw new ConstraintException(node.PathOf("uniqueItems"), "uniqueItems is not supported; leave it out and check the items afterwards");
            if (property.Name == "$schema")
                CheckDialect(node, property.Value);
            has |= Assertions.Contains(property.Name);
        }
        return has;
    }

    private static void CheckDialect(SchemaNode node, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || !(Uri.TryCreate(value.GetString(), UriKind.Absolute, out Uri? dialect) && dialect.Host == "json-schema.org"))
            throw new ConstraintException(node.PathOf("$schema"), "only the dialects of json-schema.org are known; use https://json-schema.org/draft/2020-12/schema");
    }
}
