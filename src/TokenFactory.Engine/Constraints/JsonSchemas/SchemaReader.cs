using System.Globalization;
using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Puts the keywords of one alternative's schemas together.</summary>
internal sealed class SchemaReader(CompileBudget budget)
{
    /// <param name="schemas">Schemas whose own keywords must all hold.</param>
    /// <exception cref="ConstraintException">A keyword's value is malformed or too large.</exception>
    public TypedSchema Read(IReadOnlyList<SchemaNode> schemas)
    {
        TypedSchema typed = new() { Path = schemas.Count == 0 ? "" : schemas[0].Pointer };
        foreach (SchemaNode schema in schemas)
        {
            budget.Spend(8);
            foreach (JsonProperty property in schema.Element.EnumerateObject())
                Read(schema, property, typed);
            if (schema.Has("prefixItems") || schema.Has("items"))
                typed.ItemSchemas.Add(CheckItems(schema));
            if (schema.Has("properties") || schema.Has("patternProperties") || schema.Has("additionalProperties"))
                typed.PropertySchemas.Add(CheckProperties(schema));
            if (schema.Has("contains"))
                typed.Contains.Add((schema.Child("contains"), schema.Has("minContains") ? ReadCount(schema, "minContains") : 1));
        }
        return typed;
    }

    private void Read(SchemaNode schema, JsonProperty property, TypedSchema typed)
    {
        switch (property.Name)
        {
            case "type":
                ReadTypes(schema, property.Value, typed);
                break;
            case "enum":
                ReadEnum(schema, property.Value, typed);
                break;
            case "const":
                Limit(typed, [property.Value], schema.PathOf("const"));
                break;
            case "minimum":
                typed.Numbers = typed.Numbers.AtLeast(new NumberBound(ReadNumber(schema, property.Name), false));
                break;
            case "maximum":
                typed.Numbers = typed.Numbers.AtMost(new NumberBound(ReadNumber(schema, property.Name), false));
                break;
            case "exclusiveMinimum":
                typed.Numbers = typed.Numbers.AtLeast(new NumberBound(ReadNumber(schema, property.Name), true));
                break;
            case "exclusiveMaximum":
                typed.Numbers = typed.Numbers.AtMost(new NumberBound(ReadNumber(schema, property.Name), true));
                break;
            case "minLength":
                typed.LeastLength = Math.Max(typed.LeastLength, ReadCount(schema, property.Name));
                break;
            case "maxLength":
                typed.MostLength = Math.Min(typed.MostLength ?? int.MaxValue, ReadCount(schema, property.Name));
                break;
            case "pattern":
                typed.Patterns.Add((ReadString(schema, property.Name), schema.PathOf("pattern")));
                break;
            case "format" when FormatLanguages.IsKnown(ReadString(schema, property.Name)):
                typed.Formats.Add(ReadString(schema, property.Name));
                break;
            case "minItems":
                typed.LeastItems = Math.Max(typed.LeastItems, ReadCount(schema, property.Name));
                break;
            case "maxItems":
                typed.MostItems = Math.Min(typed.MostItems ?? int.MaxValue, ReadCount(schema, property.Name));
                break;
            case "propertyNames":
                typed.NameSchemas.Add(schema.Child(property.Name));
                break;
            case "required":
                typed.Required.AddRange(ReadNames(schema, property.Value).Except(typed.Required));
                break;
            case "minProperties":
                typed.LeastProperties = Math.Max(typed.LeastProperties, ReadCount(schema, property.Name));
                break;
            case "maxProperties":
                typed.MostProperties = Math.Min(typed.MostProperties ?? int.MaxValue, ReadCount(schema, property.Name));
                break;
            default:
                break;
        }
    }

    private static void ReadTypes(SchemaNode schema, JsonElement value, TypedSchema typed)
    {
        string path = schema.PathOf("type");
        JsonElement[] names = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        JsonTypes types = JsonTypes.None;
        bool allowsFractions = false;
        foreach (JsonElement name in names)
        {
            string text = name.ValueKind == JsonValueKind.String ? name.GetString()! : throw new ConstraintException(path, "a type must be a string");
            types |= text switch
            {
                "null" => JsonTypes.Null,
                "boolean" => JsonTypes.Boolean,
                "integer" or "number" => JsonTypes.Number,
                "string" => JsonTypes.String,
                "array" => JsonTypes.Array,
                "object" => JsonTypes.Object,
                _ => throw new ConstraintException(path, $"there is no type '{text}'"),
            };
            allowsFractions |= text == "number";
        }
        typed.Types &= types;
        if (!allowsFractions && (types & JsonTypes.Number) != 0)
            typed.Numbers = typed.Numbers with { IsInteger = true };
    }

    private void ReadEnum(SchemaNode schema, JsonElement value, TypedSchema typed)
    {
        string path = schema.PathOf("enum");
        if (value.ValueKind != JsonValueKind.Array)
            throw new ConstraintException(path, "it must be an array");
        if (value.GetArrayLength() > budget.Limits.MostEnumValues)
            throw new ConstraintException(path, $"it has {value.GetArrayLength()} values; at most {budget.Limits.MostEnumValues} are allowed");
        Limit(typed, [.. value.EnumerateArray()], path);
    }

    private static void Limit(TypedSchema typed, IReadOnlyList<JsonElement> values, string path)
    {
        typed.Values = typed.Values is null ? values : [.. typed.Values.Where(known => values.Any(value => JsonLiteral.AreEqual(known, value)))];
        typed.ValuesPath = path;
    }

    private int ReadCount(SchemaNode schema, string keyword)
    {
        JsonNumber number = ReadNumber(schema, keyword);
        if (!number.IsInteger || number.IsNegative)
            throw new ConstraintException(schema.PathOf(keyword), "it must be an integer that is not negative");
        bool isHuge = number.CompareTo(new JsonNumber(int.MaxValue, 0)) > 0;
        int count = isHuge ? int.MaxValue : int.Parse(number.IntegerPart, CultureInfo.InvariantCulture);
        budget.CheckRepeats(count, schema.PathOf(keyword));
        return count;
    }

    private static JsonNumber ReadNumber(SchemaNode schema, string keyword)
    {
        JsonElement value = schema.Element.GetProperty(keyword);
        if (value.ValueKind != JsonValueKind.Number)
            throw new ConstraintException(schema.PathOf(keyword), "it must be a number");
        return JsonNumber.TryParse(value.GetRawText(), out JsonNumber number) ? number : throw new ConstraintException(schema.PathOf(keyword), "it has too many digits");
    }

    private static string ReadString(SchemaNode schema, string keyword)
    {
        JsonElement value = schema.Element.GetProperty(keyword);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new ConstraintException(schema.PathOf(keyword), "it must be a string");
    }

    private static IEnumerable<string> ReadNames(SchemaNode schema, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? value.EnumerateArray().Select(name => name.GetString()!)
            : throw new ConstraintException(schema.PathOf("required"), "it must be an array of strings");

    private static SchemaNode CheckItems(SchemaNode schema)
    {
        if (schema.Has("items") && schema.Element.GetProperty("items").ValueKind == JsonValueKind.Array)
            throw new ConstraintException(schema.PathOf("items"), "an array of schemas is of an older draft; use prefixItems");
        if (schema.Has("prefixItems") && schema.Element.GetProperty("prefixItems").ValueKind != JsonValueKind.Array)
            throw new ConstraintException(schema.PathOf("prefixItems"), "it must be an array of schemas");
        return schema;
    }

    private static SchemaNode CheckProperties(SchemaNode schema)
    {
        foreach (string keyword in (ReadOnlySpan<string>)["properties", "patternProperties"])
        {
            if (schema.Has(keyword) && schema.Element.GetProperty(keyword).ValueKind != JsonValueKind.Object)
                throw new ConstraintException(schema.PathOf(keyword), "it must be an object of schemas");
        }
        return schema;
    }
}
