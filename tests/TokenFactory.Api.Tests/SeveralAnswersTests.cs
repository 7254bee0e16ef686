using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Requests that ask for more than one answer.</summary>
public sealed class SeveralAnswersTests
{
    private static readonly object[] Hello = [new { role = "user", content = "hello" }];

    [Fact]
    public async Task Chat_SeveralSeeded_DifferAndRepeat()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        object body = new { messages = Hello, max_tokens = 24, n = 3, temperature = 1.5, seed = 7 };

        JsonElement first = await Answers.ReadAsync(await host.ChatAsync(body));
        JsonElement second = await Answers.ReadAsync(await host.ChatAsync(body));

        string[] texts = [.. first.GetProperty("choices").EnumerateArray().Select(Content)];
        Assert.Equal(3, texts.Distinct().Count());
        Assert.Equal(texts, second.GetProperty("choices").EnumerateArray().Select(Content));
        Assert.Equal([0, 1, 2], first.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Chat_Several_CountThePromptOnceAndEveryToken()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = Hello, max_tokens = 10, n = 4 }));

        JsonElement usage = answer.GetProperty("usage");
        Assert.Equal("user: hello\n".Length, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(40, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(40 + "user: hello\n".Length, usage.GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Chat_SeveralStreamed_EachChoiceIsWholeAndEndsOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(1));

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.ChatAsync(new { messages = Hello, max_tokens = 30, n = 3, stream = true, stream_options = new { include_usage = true } }));

        StringBuilder[] texts = [new(), new(), new()];
        int[] ends = new int[3];
        foreach (JsonElement choice in chunks[..^1].SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()))
        {
            int index = choice.GetProperty("index").GetInt32();
            Assert.Equal(0, ends[index]);
            texts[index].Append(choice.GetProperty("delta").TryGetProperty("content", out JsonElement content) ? content.GetString() : "");
            ends[index] += choice.GetProperty("finish_reason").ValueKind == JsonValueKind.String ? 1 : 0;
        }
        Assert.Equal([1, 1, 1], ends);
        Assert.All(texts, text => Assert.Equal(Answers.Continue("user: hello\n", 30), text.ToString()));
        Assert.Equal(90, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Empty(chunks[^1].GetProperty("choices").EnumerateArray());
    }

    [Fact]
    public async Task Completion_SeveralPrompts_AnswerInOrder()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new[] { "one", "two" }, n = 2, max_tokens = 8 }));

        Assert.Equal(
            [Answers.Continue("one", 8), Answers.Continue("one", 8), Answers.Continue("two", 8), Answers.Continue("two", 8)],
            answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(6, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(32, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    private static string Content(JsonElement choice) => choice.GetProperty("message").GetProperty("content").GetString()!;
}
