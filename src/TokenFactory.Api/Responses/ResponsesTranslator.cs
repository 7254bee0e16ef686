using System.Buffers;
using System.Text.Json;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Responses;

/// <summary>Writes a request for a response as the chat completion that asks for the same, so that there is one way from a request to a prompt.</summary>
internal static class ResponsesTranslator
{
    /// <summary>Fields that are the same in both; the last seven are no part of OpenAI's description.</summary>
    private static readonly string[] Copied =
    [
        "model", "temperature", "top_p", "service_tier", "metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
        "prompt_cache_options", "top_k", "min_p", "repetition_penalty", "seed", "ignore_eos", "cache_salt", "chat_template_kwargs",
    ];

    /// <summary>The body of the chat completion.</summary>
    /// <param name="fields">The body of the request.</param>
    /// <param name="request">What was read from it.</param>
    /// <param name="items">The conversation.</param>
    public static byte[] ToChat(JsonFields fields, ResponsesRequest request, ReadOnlySpan<ResponseItem> items)
    {
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json, ApiJson.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (string name in Copied)
            {
                if (fields.Find(name) is { } value)
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }
            writer.WriteBoolean("stream"u8, request.Stream);
            if (request.MaxOutputTokens is { } most)
            {
                writer.WriteNumber("max_completion_tokens"u8, most);
            }
            if (request.Effort is { } effort)
            {
                writer.WriteString("reasoning_effort"u8, effort);
            }
            if (request.WantsLogprobs)
            {
                writer.WriteBoolean("logprobs"u8, true);
                writer.WriteNumber("top_logprobs"u8, request.TopLogprobs);
            }
            WriteTools(writer, request);
            WriteFormat(writer, request.Format);
            ConversationWriter.Write(writer, request.Instructions, items);
            writer.WriteEndObject();
        }
        return json.WrittenSpan.ToArray();
    }

    private static void WriteTools(Utf8JsonWriter writer, ResponsesRequest request)
    {
        writer.WriteBoolean("parallel_tool_calls"u8, request.ParallelToolCalls);
        if (request.Tools.Length > 0)
        {
            writer.WriteStartArray("tools"u8);
            foreach (ResponseTool tool in request.Tools)
            {
                if (request.ToolChoice.Allowed?.Contains(tool.Name) != false)
                {
                    WriteTool(writer, tool);
                }
            }
            writer.WriteEndArray();
        }
        if (request.ToolChoice.Mode is { } mode)
        {
            writer.WriteString("tool_choice"u8, mode);
            return;
        }
        writer.WriteStartObject("tool_choice"u8);
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, request.ToolChoice.Function);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer, ResponseTool tool)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, tool.Name);
        if (tool.Description is { } description)
        {
            writer.WriteString("description"u8, description);
        }
        if (tool.Parameters is { } parameters)
        {
            writer.WritePropertyName("parameters"u8);
            parameters.WriteTo(writer);
        }
        if (tool.Strict)
        {
            writer.WriteBoolean("strict"u8, true);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A chat completion has what belongs to a schema one level deeper.</summary>
    private static void WriteFormat(Utf8JsonWriter writer, JsonElement format)
    {
        writer.WriteStartObject("response_format"u8);
        bool isSchema = new JsonFields(format, "text.format.").Text("type") == "json_schema";
        if (isSchema)
        {
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WriteStartObject("json_schema"u8);
        }
        foreach (JsonProperty property in format.EnumerateObject())
        {
            if (!isSchema || !property.NameEquals("type"u8))
            {
                property.WriteTo(writer);
            }
        }
        if (isSchema)
        {
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
