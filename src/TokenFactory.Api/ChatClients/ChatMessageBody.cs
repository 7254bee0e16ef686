using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.ChatClients;

/// <summary>Writes messages as those of a chat completion: results of tools become messages of their own, in their place.</summary>
internal static class ChatMessageBody
{
    /// <param name="messages">The conversation.</param>
    /// <param name="instructions">What stands before it as the system's; null or empty for nothing.</param>
    /// <exception cref="ApiException">A message holds what is no text.</exception>
    public static JsonArray Of(IEnumerable<ChatMessage> messages, string? instructions)
    {
        JsonArray body = [];
        if (!string.IsNullOrEmpty(instructions))
        {
            body.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        }
        foreach (ChatMessage message in messages)
        {
            Add(body, message);
        }
        return body;
    }

    private static void Add(JsonArray body, ChatMessage message)
    {
        JsonArray calls = [];
        string text = "";
        string reasoning = "";
        bool hasResults = false;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent said:
                    text += said.Text;
                    break;
                case TextReasoningContent thought:
                    reasoning += thought.Text;
                    break;
                case FunctionCallContent call:
                    calls.Add((JsonNode)CallOf(call));
                    break;
                case FunctionResultContent result:
                    hasResults = true;
                    body.Add((JsonNode)new JsonObject { ["role"] = "tool", ["tool_call_id"] = result.CallId, ["content"] = TextOf(result) });
                    break;
                case UsageContent:
                    break;
                default:
                    throw ApiException.Invalid($"A message holds {content.GetType().Name}; models here read text only.", "messages", "unsupported_content");
            }
        }
        if (hasResults && text.Length == 0)
        {
            return;
        }
        JsonObject written = new() { ["role"] = message.Role.Value, ["content"] = text };
        if (reasoning.Length > 0)
        {
            written["reasoning_content"] = reasoning;
        }
        if (calls.Count > 0)
        {
            written["tool_calls"] = calls;
        }
        body.Add((JsonNode)written);
    }

    private static JsonObject CallOf(FunctionCallContent call) => new()
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = Serialize(call.Arguments ?? new Dictionary<string, object?>(), typeof(IDictionary<string, object?>)) },
    };

    private static string TextOf(FunctionResultContent result) => result switch
    {
        { Exception: { } failure } => $"The tool failed: {failure.Message}",
        { Result: null } => "",
        { Result: string text } => text,
        { Result: JsonElement { ValueKind: JsonValueKind.String } text } => text.GetString()!,
        { Result: { } value } => Serialize(value, value.GetType()),
    };

    private static string Serialize(object value, Type type) => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(type));
}
