using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// The rules of OpenAI's strict mode: the root is an object and no <c>anyOf</c>; every object says <c>additionalProperties: false</c> and
/// requires all its properties.
/// </summary>
public static class StrictSchema
{
    private static readonly string[] SchemaMaps = ["properties", "$defs", "definitions", "patternProperties"];
    private static readonly string[] SchemaLists = ["anyOf", "oneOf", "allOf", "prefixItems"];
    private static readonly string[] Schemas = ["items", "additionalProperties", "contains", "propertyNames"];

    /// <exception cref="ConstraintException">A rule is broken; the path says where.</exception>
    public static void Check(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            throw new ConstraintException("", "a strict schema must be an object");
        if (schema.TryGetProperty("anyOf", out _))
            throw new ConstraintException("/anyOf", "a strict schema's root may not be an anyOf; put it into a property");
        bool isReference = schema.TryGetProperty("$ref", out _);
        if (!isReference && !IsObjectType(schema))
            throw new ConstraintException("/type", "a strict schema's root must be of type object");
        Check(schema, "", 0);
    }

    private static void Check(JsonElement schema, string pointer, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        if (depth > ConstraintLimits.Default.MostNesting)
            throw new ConstraintException(pointer, $"it nests deeper than {ConstraintLimits.Default.MostNesting}; make it flatter");
        if (IsObjectType(schema) || schema.TryGetProperty("properties", out _))
            CheckObject(schema, pointer);
        foreach (JsonProperty property in schema.EnumerateObject())
        {
            string path = JsonPointer.Append(pointer, property.Name);
            if (SchemaMaps.Contains(property.Name) && property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty member in property.Value.EnumerateObject())
                    Check(member.Value, JsonPointer.Append(path, member.Name), depth + 1);
            }
            else if (SchemaLists.Contains(property.Name) && property.Value.ValueKind == JsonValueKind.Array)
            {
                int index = 0;
                foreach (JsonElement item in property.Value.EnumerateArray())
                    Check(item, JsonPointer.Append(path, index++), depth + 1);
            }
            else if (Schemas.Contains(property.Name))
            {
                Check(property.Value, path, depth + 1);
            }
        }
    }

    private static void CheckObject(JsonElement schema, string pointer)
    {
        if (!schema.TryGetProperty("additionalProperties", out JsonElement additional) || additional.ValueKind != JsonValueKind.False)
            throw new ConstraintException(JsonPointer.Append(pointer, "additionalProperties"), "a strict schema must say \"additionalProperties\": false for every object");
        HashSet<string> required = schema.TryGetProperty("required", out JsonElement names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)]
            : [];
        if (!schema.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (!required.Contains(property.Name))
                throw new ConstraintException(JsonPointer.Append(pointer, "required"), $"a strict schema must require every property; '{property.Name}' is missing (allow null to make it optional)");
        }
    }

    private static bool IsObjectType(JsonElement schema) => schema.TryGetProperty("type", out JsonElement type)
        && (type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals("object"))
            : type.ValueKind == JsonValueKind.String && type.ValueEquals("object"));
}
