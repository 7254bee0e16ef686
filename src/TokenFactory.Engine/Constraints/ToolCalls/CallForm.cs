using System.Buffers;
using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Constraints.ToolCalls;

/// <summary>A tool as calls of it are held to it.</summary>
/// <param name="Name">Its name: letters, digits and marks of which JSON escapes none.</param>
/// <param name="Schema">The JSON Schema of its arguments; null: any object.</param>
public sealed record CallableTool(string Name, string? Schema);

/// <summary>What reasoning may stand before an answer, where no call is one.</summary>
public enum CallReasoning
{
    None,

    /// <summary>The answer may begin with <c>&lt;think&gt;</c>.</summary>
    Possible,

    /// <summary>The answer begins within it.</summary>
    Open,
}

/// <summary>The form of answers that may call tools: free text, in which each call that begins has a tool's name and arguments of its form.</summary>
/// <param name="Format">How calls are written; one of those for which <see cref="CanHold"/> is true.</param>
/// <param name="Reasoning">What may stand before.</param>
/// <param name="IsForced">Whether the answer is the object of one call and nothing else, since its opening mark is in the prompt.</param>
/// <param name="OneCall">Whether no call may follow another.</param>
/// <param name="Tools">The tools, at least one.</param>
public sealed record CallForm(ToolFormat Format, CallReasoning Reasoning, bool IsForced, bool OneCall, IReadOnlyList<CallableTool> Tools)
{
    /// <summary>
    /// Marks that are special tokens in the vocabularies of their families: answers under this form show them, so that they are text here
    /// as well, as one token or letter by letter.
    /// </summary>
    internal static IReadOnlyList<string> SpecialMarks { get; } = ["[TOOL_CALLS]", "<|python_tag|>"];

    /// <summary>Whether calls of a format can be held: not where a special token stands between name and arguments.</summary>
    public static bool CanHold(ToolFormat format) => format is ToolFormat.Hermes or ToolFormat.Llama or ToolFormat.MistralList;

    /// <summary>The form as a source of constraints.</summary>
    public ConstraintSource ToSource()
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format"u8, (int)Format);
            writer.WriteNumber("reasoning"u8, (int)Reasoning);
            writer.WriteBoolean("forced"u8, IsForced);
            writer.WriteBoolean("one"u8, OneCall);
            writer.WriteStartObject("tools"u8);
            foreach (CallableTool tool in Tools)
            {
                writer.WritePropertyName(tool.Name);
                if (tool.Schema is null)
                    writer.WriteNullValue();
                else
                    writer.WriteRawValue(tool.Schema);
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return new ConstraintSource(ConstraintLanguage.ToolCalls, Encoding.UTF8.GetString(text.WrittenSpan));
    }

    /// <summary>Reads what <see cref="ToSource"/> wrote.</summary>
    internal static CallForm Read(JsonElement source) => new(
        (ToolFormat)source.GetProperty("format"u8).GetInt32(),
        (CallReasoning)source.GetProperty("reasoning"u8).GetInt32(),
        source.GetProperty("forced"u8).GetBoolean(),
        source.GetProperty("one"u8).GetBoolean(),
        [.. source.GetProperty("tools"u8).EnumerateObject().Select(tool => new CallableTool(tool.Name, tool.Value.ValueKind == JsonValueKind.Null ? null : tool.Value.GetRawText()))]);
}
