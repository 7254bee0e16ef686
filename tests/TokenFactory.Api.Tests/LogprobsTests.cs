using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

public sealed class LogprobsTests
{
    private static readonly object[] Hello = [new { role = "user", content = "hello" }];

    [Fact]
    public async Task Chat_WithTopLogprobs_GivesEachTokenItsAlternativesMostLikelyFirst()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = Hello, max_tokens = 7, logprobs = true, top_logprobs = 4 }));

        JsonElement choice = answer.GetProperty("choices")[0];
        JsonElement[] tokens = [.. choice.GetProperty("logprobs").GetProperty("content").EnumerateArray()];
        Assert.Equal(
            choice.GetProperty("message").GetProperty("content").GetString(), string.Concat(tokens.Select(token => token.GetProperty("token").GetString())));
        foreach (JsonElement token in tokens)
        {
            double[] top = [.. token.GetProperty("top_logprobs").EnumerateArray().Select(one => one.GetProperty("logprob").GetDouble())];
            Assert.Equal(4, top.Length);
            Assert.Equal(top.OrderDescending(), top);
            // Greedy: the token is the most likely one.
            Assert.Equal(top[0], token.GetProperty("logprob").GetDouble(), 5);
            Assert.Equal(token.GetProperty("token").GetString(), token.GetProperty("top_logprobs")[0].GetProperty("token").GetString());
            Assert.Equal([token.GetProperty("token").GetString()![0]], token.GetProperty("bytes").EnumerateArray().Select(value => (char)value.GetInt32()));
            Assert.True(top.Sum(Math.Exp) <= 1.0001);
        }
    }

    [Fact]
    public async Task Chat_Streamed_GivesTheSameLogprobs()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        object Body(bool stream) => new { messages = Hello, max_tokens = 12, logprobs = true, top_logprobs = 2, stream };

        JsonElement whole = await Answers.ReadAsync(await host.ChatAsync(Body(false)));
        JsonElement[] chunks = await Answers.ReadChunksAsync(await host.ChatAsync(Body(true)));

        string[] streamed = [.. chunks
            .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("logprobs"))
            .Where(logprobs => logprobs.ValueKind == JsonValueKind.Object)
            .SelectMany(logprobs => logprobs.GetProperty("content").EnumerateArray())
            .Select(entry => entry.GetRawText())];
        Assert.Equal(whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(entry => entry.GetRawText()), streamed);
    }

    [Fact]
    public async Task Chat_WithoutAsking_HasNone()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = Hello, max_tokens = 2 }));

        Assert.Equal(JsonValueKind.Null, answer.GetProperty("choices")[0].GetProperty("logprobs").ValueKind);
    }
}
