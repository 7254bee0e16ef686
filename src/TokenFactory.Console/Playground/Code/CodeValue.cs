using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenFactory.Web.Playground.Code;

/// <summary>How a language writes JSON's values where it does so differently from JSON.</summary>
/// <param name="True">The word for true.</param>
/// <param name="False">The word for false.</param>
/// <param name="Integer">A whole number, for languages that cannot hold all of 64 bits; null: as its digits.</param>
public sealed record CodeWords(string True, string False, Func<long, string>? Integer = null);

/// <summary>JSON values as code: objects and lists in braces and brackets, strings by <see cref="QuotedText"/>.</summary>
public static class CodeValue
{
    private const int Step = 4;

    /// <summary>JSON itself.</summary>
    public static CodeWords Json { get; } = new("true", "false");

    /// <param name="value">What to write.</param>
    /// <param name="words">The language's words.</param>
    /// <param name="indent">Spaces before the closing bracket of a value of several lines.</param>
    public static string Write(JsonNode? value, CodeWords words, int indent)
    {
        StringBuilder code = new();
        Append(code, value, words, indent);
        return code.ToString();
    }

    private static void Append(StringBuilder code, JsonNode? value, CodeWords words, int indent)
    {
        switch (value)
        {
            case JsonObject fields:
                AppendAll(code, "{}", fields, words, indent, field => field.Value, field => $"{QuotedText.Of(field.Key)}: ");
                break;
            case JsonArray items:
                AppendAll(code, "[]", items, words, indent, item => item, _ => "");
                break;
            case JsonValue plain:
                code.Append(Plain(plain, words));
                break;
            default:
                throw new ArgumentException("A request has no null values.", nameof(value));
        }
    }

    private static void AppendAll<T>(
        StringBuilder code, string brackets, IEnumerable<T> items, CodeWords words, int indent, Func<T, JsonNode?> valueOf, Func<T, string> headOf)
    {
        // A list of plain values stands on one line; whatever has parts of its own stands on several.
        bool isShort = brackets == "[]" && items.All(item => valueOf(item) is JsonValue);
        code.Append(brackets[0]);
        bool first = true;
        foreach (T item in items)
        {
            code.Append(first ? "" : isShort ? ", " : ",");
            if (!isShort)
            {
                code.Append('\n').Append(' ', indent + Step);
            }
            code.Append(headOf(item));
            Append(code, valueOf(item), words, indent + Step);
            first = false;
        }
        if (!isShort && !first)
        {
            code.Append('\n').Append(' ', indent);
        }
        code.Append(brackets[1]);
    }

    private static string Plain(JsonValue value, CodeWords words) => value.GetValueKind() switch
    {
        JsonValueKind.True => words.True,
        JsonValueKind.False => words.False,
        JsonValueKind.String => QuotedText.Of(value.GetValue<string>()),
        _ => words.Integer is { } integer && value.TryGetValue(out long number) ? integer(number) : value.ToJsonString(),
    };
}
