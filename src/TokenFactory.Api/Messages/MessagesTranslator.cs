using System.Buffers;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Messages;

/// <summary>
/// Writes a request of Anthropic's Messages as the chat completion that asks for the same, so that there is one way from a request to a
/// prompt. What has no counterpart is refused by name.
/// </summary>
internal static class MessagesTranslator
{
    private static readonly string[] Copied = ["model", "max_tokens", "stream", "temperature", "top_p", "top_k"];

    private static readonly string[] Refused = ["mcp_servers", "container", "context_management", "output_config", "output_format", "inference_geo"];

    /// <summary>The body of the chat completion.</summary>
    /// <exception cref="ApiException">A field is malformed, or asks for what is not supported.</exception>
    public static byte[] ToChat(JsonFields fields)
    {
        foreach (string name in Refused)
        {
            if (fields.Find(name) is not null)
            {
                throw ApiException.Invalid($"{name} is not supported by this server. Leave it out.", name, "unsupported_parameter");
            }
        }
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json, ApiJson.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (string name in Copied)
            {
                Copy(writer, fields, name, name);
            }
            Copy(writer, fields, "stop_sequences", "stop");
            WriteTier(writer, fields);
            WriteThinking(writer, fields);
            if (fields.Object("metadata")?.Text("user_id") is { } user)
            {
                writer.WriteString("user"u8, user);
            }
            MessageTools.Write(writer, fields);
            MessageBlocks.Write(writer, fields);
            writer.WriteEndObject();
        }
        return json.WrittenSpan.ToArray();
    }

    private static void Copy(Utf8JsonWriter writer, JsonFields fields, string name, string chatName)
    {
        if (fields.Find(name) is { } value)
        {
            writer.WritePropertyName(chatName);
            value.WriteTo(writer);
        }
    }

    private static void WriteTier(Utf8JsonWriter writer, JsonFields fields)
    {
        switch (fields.Text("service_tier"))
        {
            case null or "auto":
                break;
            case "standard_only":
                writer.WriteString("service_tier"u8, "default"u8);
                break;
            default:
                throw ApiException.Invalid("service_tier must be auto or standard_only.", "service_tier");
        }
    }

    /// <summary>Thinking is switched by the variable that templates know; <c>budget_tokens</c> is a hint that no model here is bound to.</summary>
    private static void WriteThinking(Utf8JsonWriter writer, JsonFields fields)
    {
        if (fields.Object("thinking") is not { } thinking)
        {
            return;
        }
        bool? isEnabled = thinking.Text("type") switch
        {
            "enabled" => true,
            "disabled" => false,
            "adaptive" => null,
            _ => throw ApiException.Invalid("thinking.type must be enabled, disabled or adaptive.", "thinking"),
        };
        thinking.Integer("budget_tokens");
        if (isEnabled is { } value)
        {
            writer.WriteStartObject("chat_template_kwargs"u8);
            writer.WriteBoolean("enable_thinking"u8, value);
            writer.WriteEndObject();
        }
    }
}
