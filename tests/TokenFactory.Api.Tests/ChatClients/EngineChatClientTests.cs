using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using TokenFactory.Tenancy.Ledger;
using Xunit;

namespace TokenFactory.Api.Tests.ChatClients;

/// <summary>The engine behind Microsoft.Extensions.AI: what the HTTP API answers, without HTTP.</summary>
public sealed class EngineChatClientTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "hello")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetResponse_WithSettings_IsWhatTheApiAnswers()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ChatOptions options = new() { MaxOutputTokens = 20, Temperature = 0.9f, TopP = 0.8f, Seed = 7, Instructions = "Be kind.", AdditionalProperties = new() { ["repetition_penalty"] = 1.1 } };

        ChatResponse response = await host.ChatClient.GetResponseAsync(Hello, options, Cancellation);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new
        {
            messages = new[] { new { role = "system", content = "Be kind." }, new { role = "user", content = "hello" } },
            max_tokens = 20,
            temperature = 0.9,
            top_p = 0.8,
            seed = 7,
            repetition_penalty = 1.1,
        }));
        Assert.Equal(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), response.Text);
        Assert.Equal((ChatFinishReason.Length, "hash"), (response.FinishReason, response.ModelId));
        JsonElement usage = answer.GetProperty("usage");
        Assert.Equal(
            (usage.GetProperty("prompt_tokens").GetInt64(), 20L, usage.GetProperty("total_tokens").GetInt64()),
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task GetResponse_Answered_CountsAsTheConsoles()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        ChatResponse response = await host.ChatClient.GetResponseAsync(Hello, new ChatOptions { MaxOutputTokens = 3 }, Cancellation);

        JsonElement row = Assert.Single(await host.ReadLedgerAsync());
        Assert.Equal((UsageRecord.Console, 3), (row.GetProperty("tenant").GetString(), row.GetProperty("generated_tokens").GetInt32()));
        Assert.Equal(response.Usage!.InputTokenCount, row.GetProperty("prompt_tokens").GetInt64());
    }

    [Fact]
    public async Task GetStreamingResponse_Joined_IsTheWholeAnswer()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(1));
        ChatOptions options = new() { MaxOutputTokens = 40, Temperature = 0 };

        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in host.ChatClient.GetStreamingResponseAsync(Hello, options, Cancellation))
        {
            updates.Add(update);
        }

        Assert.Equal((await host.ChatClient.GetResponseAsync(Hello, options, Cancellation)).Text, string.Concat(updates.Select(update => update.Text)));
        Assert.True(updates.Count > 3, $"{updates.Count} updates");
        Assert.Empty(updates[0].Contents);
        Assert.All(updates, update => Assert.IsType<EngineUpdate>(update.RawRepresentation));
        Assert.Equal(ChatFinishReason.Length, Assert.Single(updates, update => update.FinishReason is not null).FinishReason);
    }

    [Fact]
    public async Task GetResponse_ModelCalls_CallAndResultGoThereAndBack()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "Let me look. " + ToolHost.Call, template);
        AIFunction weather = AIFunctionFactory.Create((string city) => $"rain in {city}", "get_weather", "The weather of a city");
        ChatOptions options = new() { Tools = [weather] };

        ChatResponse asked = await host.ChatClient.GetResponseAsync(Hello, options, Cancellation);

        FunctionCallContent call = Assert.Single(asked.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("get_weather", ChatFinishReason.ToolCalls, "Let me look."), (call.Name, asked.FinishReason, asked.Text.Trim()));
        Assert.Equal("get_weather", template.Tools!.Value[0].GetProperty("function").GetProperty("name").GetString());
        object? result = await weather.InvokeAsync(new AIFunctionArguments(call.Arguments), Cancellation);
        host.Executor.Says("It rains.");

        ChatResponse told = await host.ChatClient.GetResponseAsync(
            [.. Hello, .. asked.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)])], options, Cancellation);

        Assert.Equal("It rains.", told.Text);
        JsonElement[] messages = [.. template.Messages.EnumerateArray()];
        Assert.Equal(["user", "assistant", "tool"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("Paris", messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetProperty("city").GetString());
        Assert.Equal((call.CallId, "rain in Paris"), (messages[2].GetProperty("tool_call_id").GetString(), messages[2].GetProperty("content").GetString()));
    }

    [Fact]
    public async Task GetResponse_RequiredFunction_IsForced()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "no");
        AIFunction add = AIFunctionFactory.Create((int a) => a, "add");

        ChatResponse response = await host.ChatClient.GetResponseAsync(
            Hello, new ChatOptions { Tools = [add], ToolMode = ChatToolMode.RequireSpecific("add"), MaxOutputTokens = 60 }, Cancellation);

        Assert.Equal("add", Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>()).Name);
    }

    [Theory]
    [InlineData(ReasoningOutput.Full, "hm")]
    [InlineData(ReasoningOutput.None, "")]
    public async Task GetResponse_ModelThinks_ThoughtIsApart(ReasoningOutput output, string thought)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Thinking, "<think>\nhm\n</think>\n\nYes.");

        ChatResponse response = await host.ChatClient.GetResponseAsync(Hello, new ChatOptions { Reasoning = new() { Output = output } }, Cancellation);

        Assert.Equal("Yes.", response.Text);
        Assert.Equal(thought, string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(part => part.Text)).Trim());
        Assert.True(response.Usage!.ReasoningTokenCount > 0);
    }

    [Fact]
    public async Task GetResponse_JsonSchema_IsHeldToIt()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        JsonElement schema = JsonElement.Parse("""{"type": "object", "properties": {"age": {"type": "integer", "minimum": 1, "maximum": 99}}, "required": ["age"], "additionalProperties": false}""");

        ChatResponse response = await host.ChatClient.GetResponseAsync(
            Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "person", "Somebody"), Temperature = 1.2f, Seed = 3 }, Cancellation);

        Assert.InRange(JsonElement.Parse(response.Text).GetProperty("age").GetInt32(), 1, 99);
    }

    [Fact]
    public async Task Continue_AText_IsWhatCompletionsAnswer()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        ChatResponse response = await host.ChatClient.ContinueAsync("Once", new ChatOptions { MaxOutputTokens = 12, Temperature = 0 }, Cancellation).ToChatResponseAsync(Cancellation);

        using HttpResponseMessage http = await host.Client.PostAsJsonAsync("v1/completions", new { prompt = "Once", max_tokens = 12, temperature = 0 }, Cancellation);
        Assert.Equal((await Answers.ReadAsync(http)).GetProperty("choices")[0].GetProperty("text").GetString(), response.Text);
    }

    [Fact]
    public async Task GetStreamingResponse_Cancelled_EndsTheGeneration()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        using CancellationTokenSource stop = new();
        int tokens = 0;
        EngineUpdate? raw = null;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in host.ChatClient.GetStreamingResponseAsync(Hello, new ChatOptions { MaxOutputTokens = 1500 }, stop.Token))
            {
                raw = (EngineUpdate)update.RawRepresentation!;
                tokens += raw.Delta.Tokens.Count;
                if (tokens > 3)
                {
                    await stop.CancelAsync();
                }
            }
        });

        Assert.InRange(raw!.Generation.Outcome!.GeneratedTokens, tokens, 1499);
        await host.UntilRunsAsync(running => running == 0);
    }

    [Fact]
    public async Task GetStreamingResponse_LeftEarly_LeavesNothingRunning()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));

        await foreach (ChatResponseUpdate update in host.ChatClient.GetStreamingResponseAsync(Hello, new ChatOptions { MaxOutputTokens = 1500 }, Cancellation))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        await host.UntilRunsAsync(running => running == 0);
    }

    public static TheoryData<string, ChatMessage[], ChatOptions> Refusals => new()
    {
        { "ConversationId", Hello, new ChatOptions { ConversationId = "c" } },
        { "AllowBackgroundResponses", Hello, new ChatOptions { AllowBackgroundResponses = true } },
        { "model", Hello, new ChatOptions { ModelId = "other" } },
        { "top_p", Hello, new ChatOptions { TopP = 5 } },
        { "n", Hello, new ChatOptions { AdditionalProperties = new() { ["n"] = 2 } } },
        { "tools", Hello, new ChatOptions { Tools = [new HostedWebSearchTool()] } },
        { "messages", [new(ChatRole.User, [new UriContent("https://example.com/a.png", "image/png")])], new ChatOptions() },
        { "messages", [], new ChatOptions() },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task GetResponse_NotSupported_IsRefusedByName(string field, ChatMessage[] messages, ChatOptions options)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "hi");

        ApiException refusal = await Assert.ThrowsAsync<ApiException>(() => host.ChatClient.GetResponseAsync(messages, options, Cancellation));

        Assert.Equal(field, refusal.Error.Param);
        Assert.Equal(0, host.Engine.Status.TotalRunning);
    }

    [Fact]
    public async Task GetService_Asked_SaysWhichModelItIs()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using IChatClient client = host.ChatClient;

        Assert.Equal("hash", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(client, client.GetService<EngineChatClient>());
        Assert.Null(client.GetService<HttpClient>());
    }
}
