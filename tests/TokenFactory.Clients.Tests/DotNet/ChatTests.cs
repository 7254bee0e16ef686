using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI.Chat;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Chat completions by OpenAI's client for .NET.</summary>
[Collection(ClientHost.Name)]
public sealed class ChatTests(ClientHost host) : SdkTests(host)
{
    private const string Person = """
        {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "minimum": 1, "maximum": 99}},
         "required": ["name", "age"], "additionalProperties": false}
        """;

    private const int Most = 900;

    /// <summary>So many that there is more than the 1 MiB that .NET reads on for before it closes a connection which was given up.</summary>
    private const int Answers = 16;

    private static readonly ChatMessage[] Question = [new SystemChatMessage("You answer."), new UserChatMessage("What is this console?")];

    [Fact]
    public async Task CompleteChat_Greedy_HasTextUsageAndTheModelsName()
    {
        ChatCompletion answer = await Sdk.Chat.CompleteChatAsync(Question, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 12 });

        Assert.NotEmpty(Assert.Single(answer.Content).Text);
        Assert.Equal((ClientHost.Model, ChatMessageRole.Assistant, ChatFinishReason.Length), (answer.Model, answer.Role, answer.FinishReason));
        Assert.StartsWith("chatcmpl-", answer.Id);
        Assert.Equal(12, answer.Usage.OutputTokenCount);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + 12);
        Assert.InRange(answer.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task CompleteChatStreaming_Greedy_GivesTheWholeAnswersText()
    {
        ChatCompletionOptions options = new() { Temperature = 0, MaxOutputTokenCount = 20 };
        ChatCompletion whole = await Sdk.Chat.CompleteChatAsync(Question, options);

        StringBuilder text = new();
        List<ChatFinishReason> ends = [];
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in Sdk.Chat.CompleteChatStreamingAsync(Question, options))
        {
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            ends.AddRange(update.FinishReason is { } reason ? [reason] : []);
            usage = update.Usage ?? usage;
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal(whole.FinishReason, Assert.Single(ends));
        Assert.Equal((whole.Usage.InputTokenCount, whole.Usage.OutputTokenCount), (usage!.InputTokenCount, usage.OutputTokenCount));
    }

    [Fact]
    public async Task CompleteChat_JsonSchema_AnswersParse()
    {
        ChatCompletionOptions options = new()
        {
            Temperature = 1,
            Seed = 3,
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", BinaryData.FromString(Person), jsonSchemaIsStrict: true),
        };

        ChatCompletion answer = await Sdk.Chat.CompleteChatAsync(Question, options);

        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        JsonElement person = JsonElement.Parse(answer.Content[0].Text);
        Assert.Equal(["name", "age"], person.EnumerateObject().Select(property => property.Name));
        Assert.InRange(person.GetProperty("age").GetInt32(), 1, 99);
    }

    [Fact]
    public async Task CompleteChat_LogProbabilities_AreOfEveryTokenAndMakeTheText()
    {
        ChatCompletion answer = await Sdk.Chat.CompleteChatAsync(
            Question, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 6, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 });

        IReadOnlyList<ChatTokenLogProbabilityDetails> tokens = answer.ContentTokenLogProbabilities;
        Assert.Equal(6, tokens.Count);
        Assert.Equal(answer.Content[0].Text, Encoding.UTF8.GetString([.. tokens.SelectMany(token => token.Utf8Bytes!.Value.ToArray())]));
        Assert.All(tokens, token =>
        {
            Assert.InRange(token.LogProbability, -100, 0);
            Assert.Equal(3, token.TopLogProbabilities.Count);
            Assert.Equal(token.LogProbability, token.TopLogProbabilities[0].LogProbability);
        });
        Assert.Empty(answer.RefusalTokenLogProbabilities);
    }

    [Fact]
    public async Task CompleteChat_StopSequence_EndsTheTextBeforeIt()
    {
        ChatCompletion whole = await Sdk.Chat.CompleteChatAsync(Question, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 20 });
        string text = whole.Content[0].Text;
        string stop = text.Substring(text.Length / 2, 3);
        ChatCompletionOptions options = new() { Temperature = 0, MaxOutputTokenCount = 20 };
        options.StopSequences.Add(stop);

        ChatCompletion answer = await Sdk.Chat.CompleteChatAsync(Question, options);

        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], answer.Content.Count == 0 ? "" : answer.Content[0].Text);
    }

    [Fact]
    public async Task CompleteChatStreaming_GivenUpInTheMiddle_LeavesNothingRunning()
    {
        LimitedTenant tenant = await Host.CreateTenantAsync(60);
        using Sdk sdk = new(Host.Endpoint, tenant.Key);
        using CancellationTokenSource enough = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            AsyncCollectionResult<StreamingChatCompletionUpdate> updates = sdk.Chat.CompleteChatStreamingAsync(
                [new UserChatMessage("Tell me everything")], new ChatCompletionOptions { MaxOutputTokenCount = Most, Patch = Endless(Answers) }, enough.Token);
            await foreach (StreamingChatCompletionUpdate update in updates)
            {
                if (update.ContentUpdate.Count > 0)
                {
                    await enough.CancelAsync();
                }
            }
        });

        Assert.InRange(await Host.UntilCancelledAsync(tenant), 1, (Most * Answers) - 1);
    }

    /// <summary>Fields that the client has no property for, by its own way to send them.</summary>
    private static JsonPatch Endless(int answers)
    {
        JsonPatch patch = new();
        patch.Set("$.ignore_eos"u8, true);
        patch.Set("$.n"u8, answers);
        return patch;
    }
}
