using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Streams that say in every chunk how many tokens were sent by then, for whoever times them.</summary>
public sealed class ContinuousUsageTests
{
    private static readonly object Continuous = new { include_usage = true, continuous_usage_stats = true };

    [Fact]
    public async Task Completion_CountingAlong_SaysTheTokensThatWereSent()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "flow", max_tokens = 50, stream = true, stream_options = Continuous }));

        // A token is a byte here, and its text is certain at once.
        int sent = 0;
        foreach (JsonElement chunk in chunks[..^1])
        {
            sent += chunk.GetProperty("choices")[0].GetProperty("text").GetString()!.Length;
            Assert.Equal((4, sent, 4 + sent), Read(chunk));
        }
        Assert.Equal(50, sent);
        Assert.Equal((4, 50, 54), Read(chunks[^1]));
    }

    [Fact]
    public async Task Completion_OfSeveralPrompts_CountsAllOfThemTogether()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new[] { "one", "four" }, n = 2, max_tokens = 8, stream = true, stream_options = Continuous }));

        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.True(Read(pair.First).Completion <= Read(pair.Second).Completion));
        Assert.All(chunks, chunk => Assert.Equal(7, Read(chunk).Prompt));
        Assert.Equal((7, 32, 39), Read(chunks[^2]));
        Assert.Equal((7, 32, 39), Read(chunks[^1]));
    }

    [Fact]
    public async Task Chat_CountingAlong_EndsWithWhatTheLastChunkSays()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.ChatAsync(new { messages = new[] { new { role = "user", content = "hello" } }, max_tokens = 20, stream = true, stream_options = Continuous }));

        int prompt = "user: hello\n".Length;
        Assert.Equal(prompt, Read(chunks[0]).Prompt);
        Assert.Equal((prompt, 20, prompt + 20), Read(chunks[^2]));
        Assert.Equal((prompt, 20, prompt + 20), Read(chunks[^1]));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Completion_WithOnlyOneOfBoth_DoesNotCountAlong(bool include, bool continuous)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] chunks = await Answers.ReadChunksAsync(await host.Client.PostAsJsonAsync(
            "/v1/completions", new { prompt = "flow", max_tokens = 5, stream = true, stream_options = new { include_usage = include, continuous_usage_stats = continuous } }));

        Assert.All(
            chunks.Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0),
            chunk => Assert.False(chunk.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object));
        Assert.Equal(include, chunks[^1].GetProperty("choices").GetArrayLength() == 0);
    }

    private static (int Prompt, int Completion, int Total) Read(JsonElement chunk)
    {
        JsonElement usage = chunk.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }
}
