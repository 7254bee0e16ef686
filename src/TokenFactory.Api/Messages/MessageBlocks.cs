using System.Text;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Messages;

/// <summary>
/// Writes Anthropic's <c>system</c> and <c>messages</c> as the messages of a chat completion: a result of a tool becomes a message of
/// its own, in its place between the user's texts.
/// </summary>
internal static class MessageBlocks
{
    private const string Field = "messages";

    /// <exception cref="ApiException">They are malformed, hold what is no text, or end with the assistant.</exception>
    public static void Write(Utf8JsonWriter writer, JsonFields fields)
    {
        JsonElement messages = fields.Find(Field) ?? throw ApiException.Invalid("messages is missing; it must be an array of messages.", Field);
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(Field, "an array of messages", messages);
        }
        writer.WriteStartArray("messages"u8);
        if (fields.Find("system") is { } system)
        {
            WriteText(writer, "system", TextOf(system, "system"));
        }
        string[] roles = JsonFields.List(messages, Field, (message, place) => WriteMessage(writer, message, place));
        if (roles is [.., "assistant"])
        {
            throw ApiException.Invalid("messages ends with the assistant; going on with its text is not supported. End with the user.", Field, "unsupported_prefill");
        }
        writer.WriteEndArray();
    }

    private static string WriteMessage(Utf8JsonWriter writer, JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with role and content", message);
        }
        JsonFields fields = new(message, place + ".");
        string? role = fields.Text("role");
        if (role is not ("user" or "assistant" or "system"))
        {
            throw ApiException.Invalid($"{place}.role must be user or assistant.", Field);
        }
        JsonElement content = fields.Find("content") ?? throw ApiException.Invalid($"{place}.content is missing.", Field);
        if (content.ValueKind != JsonValueKind.Array)
        {
            WriteText(writer, role, JsonFields.Text(content, place + ".content"));
        }
        else if (role == "assistant")
        {
            WriteAssistant(writer, content, place + ".content");
        }
        else
        {
            WriteUser(writer, role, content, place + ".content");
        }
        return role;
    }

    private static void WriteUser(Utf8JsonWriter writer, string role, JsonElement blocks, string place)
    {
        List<string> texts = [];
        JsonFields.List(blocks, place, (block, at) =>
        {
            if (TypeOf(block, at) != "tool_result")
            {
                texts.Add(TextOfBlock(block, at));
                return true;
            }
            Flush(writer, role, texts);
            JsonFields fields = new(block, at + ".");
            writer.WriteStartObject();
            writer.WriteString("role"u8, "tool"u8);
            writer.WriteString("tool_call_id"u8, fields.Text("tool_use_id") ?? throw ApiException.Invalid($"{at}.tool_use_id is missing.", Field));
            writer.WriteString("content"u8, fields.Find("content") is { } content ? TextOf(content, at + ".content") : "");
            writer.WriteEndObject();
            return true;
        });
        Flush(writer, role, texts);
    }

    private static void Flush(Utf8JsonWriter writer, string role, List<string> texts)
    {
        if (texts.Count > 0)
        {
            WriteText(writer, role, string.Join('\n', texts));
            texts.Clear();
        }
    }

    private static void WriteAssistant(Utf8JsonWriter writer, JsonElement blocks, string place)
    {
        StringBuilder text = new();
        StringBuilder thinking = new();
        List<(string Id, string Name, string Input)> calls = [];
        JsonFields.List(blocks, place, (block, at) =>
        {
            JsonFields fields = new(block, at + ".");
            switch (TypeOf(block, at))
            {
                case "thinking":
                    thinking.Append(fields.Text("thinking"));
                    break;
                case "redacted_thinking":
                    break;
                case "tool_use":
                    calls.Add((
                        fields.Text("id") ?? throw ApiException.Invalid($"{at}.id is missing.", Field),
                        fields.Text("name") ?? throw ApiException.Invalid($"{at}.name is missing.", Field),
                        fields.Find("input")?.GetRawText() ?? "{}"));
                    break;
                default:
                    text.Append(TextOfBlock(block, at));
                    break;
            }
            return true;
        });
        writer.WriteStartObject();
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, text.ToString());
        if (thinking.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, thinking.ToString());
        }
        WriteCalls(writer, calls);
        writer.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter writer, List<(string Id, string Name, string Input)> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }
        writer.WriteStartArray("tool_calls"u8);
        foreach ((string id, string name, string input) in calls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, name);
            writer.WriteString("arguments"u8, input);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string role, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WriteString("content"u8, text);
        writer.WriteEndObject();
    }

    /// <summary>A string, or the texts of blocks, one a line.</summary>
    private static string TextOf(JsonElement content, string place) =>
        content.ValueKind == JsonValueKind.Array ? string.Join('\n', JsonFields.List(content, place, TextOfBlock)) : JsonFields.Text(content, place);

    private static string TextOfBlock(JsonElement block, string place)
    {
        string type = TypeOf(block, place);
        return type == "text"
            ? new JsonFields(block, place + ".").Text("text") ?? throw ApiException.Invalid($"{place}.text is missing.", JsonFields.FieldOf(place))
            : throw ApiException.Invalid($"{place} is of type {type}, which is not supported here.", JsonFields.FieldOf(place), "unsupported_content");
    }

    private static string TypeOf(JsonElement block, string place) => block.ValueKind == JsonValueKind.Object
        ? new JsonFields(block, place + ".").Text("type") ?? throw ApiException.Invalid($"{place}.type is missing.", JsonFields.FieldOf(place))
        : throw JsonFields.Wrong(place, "a content block", block);
}
