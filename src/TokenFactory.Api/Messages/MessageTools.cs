using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Messages;

/// <summary>Writes Anthropic's <c>tools</c> and <c>tool_choice</c> as those of a chat completion.</summary>
internal static class MessageTools
{
    /// <exception cref="ApiException">A field is malformed, or names a tool that runs on Anthropic's servers.</exception>
    public static void Write(Utf8JsonWriter writer, JsonFields fields)
    {
        if (fields.Find("tools") is { ValueKind: JsonValueKind.Array } tools)
        {
            writer.WriteStartArray("tools"u8);
            JsonFields.List(tools, "tools", (tool, place) => WriteTool(writer, tool, place));
            writer.WriteEndArray();
        }
        else if (fields.Find("tools") is { } other)
        {
            throw JsonFields.Wrong("tools", "an array", other);
        }
        if (fields.Object("tool_choice") is { } choice)
        {
            WriteChoice(writer, choice);
        }
    }

    private static bool WriteTool(Utf8JsonWriter writer, JsonElement tool, string place)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with name and input_schema", tool);
        }
        JsonFields fields = new(tool, place + ".");
        if (fields.Text("type") is { } type and not "custom")
        {
            throw ApiException.Invalid($"{place} is of type {type}; only tools of the client's own are supported.", "tools", "unsupported_tool");
        }
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, fields.Text("name") ?? throw ApiException.Invalid($"{place}.name is missing.", "tools"));
        if (fields.Text("description") is { } description)
        {
            writer.WriteString("description"u8, description);
        }
        writer.WritePropertyName("parameters"u8);
        (fields.Find("input_schema") ?? throw ApiException.Invalid($"{place}.input_schema is missing.", "tools")).WriteTo(writer);
        if (fields.Flag("strict") == true)
        {
            writer.WriteBoolean("strict"u8, true);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
        return true;
    }

    private static void WriteChoice(Utf8JsonWriter writer, JsonFields choice)
    {
        switch (choice.Text("type"))
        {
            case "auto":
                break;
            case "any":
                writer.WriteString("tool_choice"u8, "required"u8);
                break;
            case "none":
                writer.WriteString("tool_choice"u8, "none"u8);
                break;
            case "tool":
                writer.WriteStartObject("tool_choice"u8);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, choice.Text("name") ?? throw ApiException.Invalid("tool_choice.name is missing.", "tool_choice"));
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            default:
                throw ApiException.Invalid("tool_choice.type must be auto, any, tool or none.", "tool_choice");
        }
        if (choice.Flag("disable_parallel_tool_use") == true)
        {
            writer.WriteBoolean("parallel_tool_calls"u8, false);
        }
    }
}
