using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Checks the messages of a conversation and brings them into the form that chat templates read.</summary>
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
        bool[] mustChange = JsonFields.List(messages, Field, Check);
        if (mustChange.Length == 0)
        {
            throw ApiException.Invalid("messages is empty; it must hold at least one message.", Field);
        }
        return mustChange.Contains(true) ? TemplateMessages.Rewrite(messages) : messages;
    }

    /// <summary>The text of a content part.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static string TextOf(JsonElement part, string place)
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

    /// <summary>Checks a message; true where templates read it in another form.</summary>
    private static bool Check(JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with role and content", message);
        }
        JsonFields fields = new(message, place + ".");
        string role = fields.Text("role") ?? throw ApiException.Invalid($"{place}.role is missing.", Field);
        if (fields.Find("function_call") is not null)
        {
            throw ApiException.Invalid($"{place}.function_call is not supported by this server. Send tool_calls.", Field, "unsupported_parameter");
        }
        bool hasCalls = fields.List("tool_calls", CheckCall) is { Length: > 0 };
        fields.Text("reasoning_content");
        fields.Text("tool_call_id");
        switch (fields.Find("content"))
        {
            case null when role == "assistant":
                return true;
            case { ValueKind: JsonValueKind.String }:
                return hasCalls;
            case null:
                throw ApiException.Invalid($"{place}.content is missing; a message of role {role} needs one.", Field);
            case { ValueKind: JsonValueKind.Array } parts:
                JsonFields.List(parts, place + ".content", TextOf);
                return true;
            case { } other:
                throw JsonFields.Wrong(place + ".content", "a string or an array of content parts", other);
        }
    }

    private static string CheckCall(JsonElement call, string place)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with id, type and function", call);
        }
        JsonFields fields = new(call, place + ".");
        if (fields.Text("type") is { } type and not "function")
        {
            throw ApiException.Invalid($"{place} is of type {type}; only calls of type function are supported.", Field, "unsupported_tool");
        }
        fields.Text("id");
        JsonFields function = fields.Object("function") ?? throw ApiException.Invalid($"{place}.function is missing.", Field);
        if (function.Find("arguments") is { ValueKind: not JsonValueKind.Object } arguments)
        {
            JsonFields.Text(arguments, function.PathOf("arguments"));
        }
        return function.Text("name") ?? throw ApiException.Invalid($"{function.PathOf("name")} is missing.", Field);
    }
}
