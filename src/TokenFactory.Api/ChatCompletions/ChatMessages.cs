using System.Buffers;
using System.Text;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>
/// Checks the messages of a conversation and brings them into the form that chat templates read: content parts of type text become one
/// string, joined by line feeds. What else a message holds is left as it is.
/// </summary>
internal static class ChatMessages
{
    private const string Field = "messages";

    /// <exception cref="ApiException">They are missing, empty, malformed, or hold what is no text.</exception>
    public static JsonElement Read(JsonFields fields)
    {
        JsonElement messages = fields.Find(Field) ?? throw ApiException.Invalid("messages is missing; it must be an array of messages.", Field);
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(Field, "an array of messages", messages);
        }
        bool[] hasParts = JsonFields.List(messages, Field, Check);
        if (hasParts.Length == 0)
        {
            throw ApiException.Invalid("messages is empty; it must hold at least one message.", Field);
        }
        return hasParts.Contains(true) ? JoinParts(messages) : messages;
    }

    /// <summary>Checks a message; true where its content is an array of parts.</summary>
    private static bool Check(JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with role and content", message);
        }
        JsonFields fields = new(message, place + ".");
        string role = fields.Text("role") ?? throw ApiException.Invalid($"{place}.role is missing.", Field);
        switch (fields.Find("content"))
        {
            case null when role == "assistant":
            case { ValueKind: JsonValueKind.String }:
                return false;
            case null:
                throw ApiException.Invalid($"{place}.content is missing; a message of role {role} needs one.", Field);
            case { ValueKind: JsonValueKind.Array } parts:
                JsonFields.List(parts, place + ".content", TextOf);
                return true;
            case { } other:
                throw JsonFields.Wrong(place + ".content", "a string or an array of content parts", other);
        }
    }

    private static string TextOf(JsonElement part, string place)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            return part.GetString()!;
        }
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "a content part", part);
        }
        JsonFields fields = new(part, place + ".");
        string type = fields.Text("type") ?? throw ApiException.Invalid($"{place}.type is missing.", Field);
        return type == "text"
            ? fields.Text("text") ?? throw ApiException.Invalid($"{place}.text is missing.", Field)
            : throw ApiException.Invalid($"{place} is of type {type}; only content of type text is supported.", Field, "unsupported_content");
    }

    private static JsonElement JoinParts(JsonElement messages)
    {
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json, ApiJson.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (JsonElement message in messages.EnumerateArray())
            {
                WriteMessage(writer, message);
            }
            writer.WriteEndArray();
        }
        Utf8JsonReader reader = new(json.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteMessage(Utf8JsonWriter writer, JsonElement message)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in message.EnumerateObject())
        {
            if (property.NameEquals("content"u8) && property.Value.ValueKind == JsonValueKind.Array)
            {
                writer.WriteString("content"u8, Join(property.Value));
            }
            else
            {
                property.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    }

    private static string Join(JsonElement parts) =>
        new StringBuilder().AppendJoin('\n', JsonFields.List(parts, Field, TextOf)).ToString();
}
