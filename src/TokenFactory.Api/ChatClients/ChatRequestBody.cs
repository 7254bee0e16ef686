using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.ChatClients;

/// <summary>Writes a request of Microsoft.Extensions.AI as the body that asks the HTTP API for the same. What has no counterpart is refused by name.</summary>
internal static class ChatRequestBody
{
    /// <summary>The body of a chat completion.</summary>
    /// <exception cref="ApiException">The request holds what is not supported.</exception>
    public static byte[] OfChat(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        JsonObject body = new() { ["messages"] = ChatMessageBody.Of(messages, options?.Instructions) };
        if (options is not null)
        {
            AddSampling(body, options);
            ChatToolBody.Add(body, options);
            AddFurther(body, options);
        }
        return JsonSerializer.SerializeToUtf8Bytes(body, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonObject)));
    }

    /// <summary>The body of a completion.</summary>
    /// <exception cref="ApiException">The request holds what is not supported.</exception>
    public static byte[] OfCompletion(string text, ChatOptions? options)
    {
        JsonObject body = new() { ["prompt"] = text };
        if (options is not null)
        {
            if (options.Instructions is not null || options.Tools is { Count: > 0 })
            {
                throw ApiException.Invalid("A text is continued without instructions and tools. Leave them out, or chat.", "prompt", "unsupported_parameter");
            }
            AddSampling(body, options);
            AddFurther(body, options);
        }
        return JsonSerializer.SerializeToUtf8Bytes(body, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonObject)));
    }

    /// <summary>A value as the library itself would write it.</summary>
    internal static JsonNode? NodeOf(object value) => JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));

    private static void AddSampling(JsonObject body, ChatOptions options)
    {
        Refuse(options.ConversationId is not null, nameof(options.ConversationId), "Conversations are not kept here; send all messages.");
        Refuse(options.ContinuationToken is not null, nameof(options.ContinuationToken), "An answer cannot be gone on with.");
        Refuse(options.AllowBackgroundResponses == true, nameof(options.AllowBackgroundResponses), "Nothing is answered in the background here.");
        Set(body, "max_tokens", options.MaxOutputTokens);
        Set(body, "temperature", options.Temperature);
        Set(body, "top_p", options.TopP);
        Set(body, "top_k", options.TopK);
        Set(body, "frequency_penalty", options.FrequencyPenalty);
        Set(body, "presence_penalty", options.PresencePenalty);
        Set(body, "seed", options.Seed);
        if (options.StopSequences is { Count: > 0 } stops)
        {
            body["stop"] = new JsonArray([.. stops.Select(stop => (JsonNode)stop)]);
        }
        if (options.ResponseFormat is ChatResponseFormatJson form)
        {
            body["response_format"] = FormOf(form);
        }
        if (options.Reasoning?.Effort is { } effort)
        {
            body["reasoning_effort"] = NameOf(effort);
        }
    }

    private static JsonObject FormOf(ChatResponseFormatJson form)
    {
        if (form.Schema is not { } schema)
        {
            return new JsonObject { ["type"] = "json_object" };
        }
        JsonObject described = new() { ["name"] = form.SchemaName ?? "answer", ["schema"] = NodeOf(schema) };
        Set(described, "description", form.SchemaDescription);
        return new JsonObject { ["type"] = "json_schema", ["json_schema"] = described };
    }

    private static string NameOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => throw ApiException.Invalid($"{effort} is no reasoning effort of this server.", "reasoning_effort"),
    };

    /// <summary>Fields of the API that the options have no property for; they win over those that have one.</summary>
    private static void AddFurther(JsonObject body, ChatOptions options)
    {
        foreach ((string name, object? value) in options.AdditionalProperties ?? [])
        {
            body[name] = value is null ? null : NodeOf(value);
        }
    }

    private static void Set(JsonObject body, string name, JsonNode? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    private static void Refuse(bool isAsked, string name, string reason)
    {
        if (isAsked)
        {
            throw ApiException.Invalid($"{name} is not supported. {reason}", name, "unsupported_parameter");
        }
    }
}
