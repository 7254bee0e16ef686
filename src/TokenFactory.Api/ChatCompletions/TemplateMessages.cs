using System.Buffers;
using System.Text;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>
/// Writes messages in the form that chat templates read: content parts of type text become one string, joined by line feeds; content
/// that an assistant left out becomes an empty string; the arguments of calls, which are JSON as text on the wire, become the object that
/// they are. Arguments that are no JSON stay text, as the model wrote them. What else a message holds is left as it is, save nulls.
/// </summary>
internal static class TemplateMessages
{
    /// <param name="messages">Messages that were checked.</param>
    public static JsonElement Rewrite(JsonElement messages)
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
        // Arguments that were text may be nested as deep as a body may, and stand some levels deep themselves.
        Utf8JsonReader reader = new(json.WrittenSpan, new JsonReaderOptions { MaxDepth = 2 * JsonText.MaxDepth });
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteMessage(Utf8JsonWriter writer, JsonElement message)
    {
        bool hasContent = false;
        writer.WriteStartObject();
        foreach (JsonProperty property in message.EnumerateObject())
        {
            if (property.NameEquals("content"u8))
            {
                hasContent = true;
                writer.WritePropertyName("content"u8);
                WriteContent(writer, property.Value);
            }
            else if (property.NameEquals("tool_calls"u8) && property.Value.ValueKind == JsonValueKind.Array)
            {
                WriteCalls(writer, property.Value);
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                property.WriteTo(writer);
            }
        }
        if (!hasContent)
        {
            writer.WriteString("content"u8, ""u8);
        }
        if (FindThinking(new JsonFields(message)) is { } thinking)
        {
            writer.WriteString("thinking"u8, thinking);
        }
        writer.WriteEndObject();
    }

    /// <summary>
    /// The reasoning before a call, which gpt-oss reads under a name of its own, and only where there is no content. Null where there is
    /// none.
    /// </summary>
    private static string? FindThinking(JsonFields message) =>
        message.Find("tool_calls") is not null && message.Find("thinking") is null && IsEmpty(message.Find("content"))
            ? message.Text("reasoning_content")
            : null;

    private static bool IsEmpty(JsonElement? content) => content is not { } value || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    private static void WriteContent(Utf8JsonWriter writer, JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStringValue(new StringBuilder().AppendJoin('\n', JsonFields.List(content, "messages", ChatMessages.TextOf)).ToString());
        }
        else if (content.ValueKind == JsonValueKind.Null)
        {
            writer.WriteStringValue(""u8);
        }
        else
        {
            content.WriteTo(writer);
        }
    }

    /// <summary>Templates ask whether a message has calls by the name alone, so an empty list is left out.</summary>
    private static void WriteCalls(Utf8JsonWriter writer, JsonElement calls)
    {
        if (calls.GetArrayLength() == 0)
        {
            return;
        }
        writer.WriteStartArray("tool_calls"u8);
        foreach (JsonElement call in calls.EnumerateArray())
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in call.EnumerateObject())
            {
                if (property.NameEquals("function"u8))
                {
                    WriteFunction(writer, property.Value);
                }
                else
                {
                    property.WriteTo(writer);
                }
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter writer, JsonElement function)
    {
        writer.WriteStartObject("function"u8);
        foreach (JsonProperty property in function.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (property.NameEquals("arguments"u8) && property.Value.ValueKind == JsonValueKind.String && FindObject(property.Value) is { } arguments)
            {
                arguments.WriteTo(writer);
            }
            else
            {
                property.Value.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    }

    /// <summary>The JSON object that a text holds; null where it holds none.</summary>
    private static JsonElement? FindObject(JsonElement text)
    {
        byte[] json = Encoding.UTF8.GetBytes(text.GetString()!);
        try
        {
            using JsonDocument document = JsonText.Parse(json.AsSpan().Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray() : json);
            return document.RootElement.Clone();
        }
        catch (ApiException)
        {
            return null;
        }
    }
}
