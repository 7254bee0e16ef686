using System.Text;
using System.Text.Json;
using OpenAI.Chat;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Calls of tools by OpenAI's client for .NET. A named function is called whatever the model knows; its arguments are held to the schema.</summary>
[Collection(ClientHost.Name)]
public sealed class ToolTests(ClientHost host) : SdkTests(host)
{
    private static readonly string[] Cities = ["Rome", "Oslo"];

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather",
        "The weather of a city",
        BinaryData.FromString("""{"type": "object", "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}}, "required": ["city"], "additionalProperties": false}"""),
        functionSchemaIsStrict: true);

    [Fact]
    public async Task CompleteChat_NamedFunction_GoesThereAndBack()
    {
        List<ChatMessage> messages = [new UserChatMessage("What is the weather in Oslo?")];

        ChatCompletion asked = await Sdk.Chat.CompleteChatAsync(messages, Options());
        ChatToolCall call = Assert.Single(asked.ToolCalls);
        ChatCompletionOptions free = Options();
        free.ToolChoice = ChatToolChoice.CreateNoneChoice();
        ChatCompletion untold = await Sdk.Chat.CompleteChatAsync(messages, free);
        messages.Add(new AssistantChatMessage(asked));
        messages.Add(new ToolChatMessage(call.Id, "{\"degrees\": -3}"));
        ChatCompletion told = await Sdk.Chat.CompleteChatAsync(messages, free);

        Assert.Equal((ChatFinishReason.ToolCalls, "get_weather"), (asked.FinishReason, call.FunctionName));
        Assert.Contains(JsonElement.Parse(call.FunctionArguments.ToString()).GetProperty("city").GetString(), Cities);
        Assert.NotEmpty(told.Content[0].Text);
        Assert.Empty(told.ToolCalls);
        Assert.True(told.Usage.InputTokenCount > untold.Usage.InputTokenCount + call.FunctionArguments.ToString().Length / 4, "the call and its result are in the prompt");
    }

    [Fact]
    public async Task CompleteChatStreaming_NamedFunction_GivesTheSameCallInPieces()
    {
        ChatMessage[] messages = [new UserChatMessage("What is the weather in Oslo?")];
        ChatCompletion whole = await Sdk.Chat.CompleteChatAsync(messages, Options());

        StringBuilder arguments = new();
        List<string> names = [];
        ChatFinishReason? end = null;
        await foreach (StreamingChatCompletionUpdate update in Sdk.Chat.CompleteChatStreamingAsync(messages, Options()))
        {
            foreach (StreamingChatToolCallUpdate piece in update.ToolCallUpdates)
            {
                Assert.Equal(0, piece.Index);
                names.AddRange(piece.FunctionName is { } name ? [name] : []);
                arguments.Append(piece.FunctionArgumentsUpdate);
            }
            end = update.FinishReason ?? end;
        }

        Assert.Equal(["get_weather"], names);
        Assert.Equal(whole.ToolCalls[0].FunctionArguments.ToString(), arguments.ToString());
        Assert.Equal(ChatFinishReason.ToolCalls, end);
    }

    private static ChatCompletionOptions Options() =>
        new() { Temperature = 0, MaxOutputTokenCount = 60, Tools = { Weather }, ToolChoice = ChatToolChoice.CreateFunctionChoice("get_weather") };
}
