using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.ChatClients;

/// <summary>Writes tools and how they may be called. A function's <c>strict</c> among its additional properties is its field of that name.</summary>
internal static class ChatToolBody
{
    /// <exception cref="ApiException">A tool is no function.</exception>
    public static void Add(JsonObject body, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }
        body["tools"] = new JsonArray([.. tools.Select(tool => (JsonNode)ToolOf(tool))]);
        if (options.ToolMode is { } mode)
        {
            body["tool_choice"] = ChoiceOf(mode);
        }
        if (options.AllowMultipleToolCalls is { } several)
        {
            body["parallel_tool_calls"] = several;
        }
    }

    private static JsonObject ToolOf(AITool tool)
    {
        if (tool is not AIFunctionDeclaration function)
        {
            throw ApiException.Invalid($"{tool.Name} is a {tool.GetType().Name}; only functions can be called here.", "tools", "unsupported_tool");
        }
        JsonObject described = new()
        {
            ["name"] = function.Name,
            ["description"] = function.Description,
            ["parameters"] = ChatRequestBody.NodeOf(function.JsonSchema),
        };
        if (function.AdditionalProperties.TryGetValue("strict", out object? strict) && strict is bool isStrict)
        {
            described["strict"] = isStrict;
        }
        return new JsonObject { ["type"] = "function", ["function"] = described };
    }

    private static JsonNode ChoiceOf(ChatToolMode mode) => mode switch
    {
        NoneChatToolMode => "none",
        RequiredChatToolMode { RequiredFunctionName: { } name } => new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name } },
        RequiredChatToolMode => "required",
        _ => "auto",
    };
}
