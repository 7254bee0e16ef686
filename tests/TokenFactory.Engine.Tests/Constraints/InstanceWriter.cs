using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>
/// Writes an instance as ECMAScript's JSON.stringify does (1.0 is written 1), with the members of objects in the order in which the names
/// first appear in a schema's text.
/// </summary>
internal static class InstanceWriter
{
    public static string Write(JsonElement instance, JsonElement schema)
    {
        StringBuilder text = new();
        Write(instance, schema.GetRawText(), text);
        return text.ToString();
    }

    private static void Write(JsonElement value, string schema, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                string separator = "{";
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(member => PlaceOf(member.Name, schema)))
                {
                    text.Append(separator).Append(Quote(member.Name)).Append(':');
                    Write(member.Value, schema, text);
                    separator = ",";
                }
                text.Append(separator == "{" ? "{}" : "}");
                break;
            case JsonValueKind.Array:
                text.Append('[');
                for (int i = 0; i < value.GetArrayLength(); i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Write(value[i], schema, text);
                }
                text.Append(']');
                break;
            case JsonValueKind.Number:
                double number = value.GetDouble();
                text.Append(number == Math.Truncate(number) && Math.Abs(number) <= 1L << 53 ? number.ToString("F0", CultureInfo.InvariantCulture) : value.GetRawText());
                break;
            case JsonValueKind.String:
                text.Append(Quote(value.GetString()!));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static int PlaceOf(string name, string schema) => schema.IndexOf($"\"{name}\"", StringComparison.Ordinal) is >= 0 and int place ? place : int.MaxValue;

    private static string Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in text)
        {
            quoted.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }
}
