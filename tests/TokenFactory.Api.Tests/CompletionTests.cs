using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

public sealed class CompletionTests
{
    [Fact]
    public async Task Post_TokenIds_AnswersLikeTheirText()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await PostAsync(host, new { prompt = "tokens"u8.ToArray().Select(value => (int)value), max_tokens = 9 });

        Assert.Equal(Answers.Continue("tokens", 9), Text(answer));
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
    }

    [Fact]
    public async Task Post_Echo_RepeatsThePrompt()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        Assert.Equal("say" + Answers.Continue("say", 5), Text(await PostAsync(host, new { prompt = "say", max_tokens = 5, echo = true })));
    }

    [Fact]
    public async Task Post_Streamed_GivesTheSameText()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "flow", max_tokens = 50, stream = true }));

        Assert.Equal(Answers.Continue("flow", 50), string.Concat(chunks.Select(Text)));
        Assert.Equal("length", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Post_StopStringOverTokens_EndsBeforeItStreamedToo()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string whole = Answers.Continue("stop", 40);
        string[] stops = ["never", whole[20..26]];

        string text = Text(await PostAsync(host, new { prompt = "stop", max_tokens = 40, stop = stops }));
        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "stop", max_tokens = 40, stop = stops, stream = true }));

        Assert.Equal(whole[..whole.IndexOf(stops[1], StringComparison.Ordinal)], text);
        Assert.Equal(text, string.Concat(chunks.Select(Text)));
        Assert.Equal("stop", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Post_Logprobs_GivesTokensOffsetsAndAlternatives()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await PostAsync(host, new { prompt = "odds", max_tokens = 6, logprobs = 3 });

        JsonElement logprobs = answer.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.Equal(Text(answer), string.Concat(logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString())));
        Assert.All(logprobs.GetProperty("token_logprobs").EnumerateArray(), value => Assert.InRange(value.GetDouble(), -50, 0));
        Assert.All(logprobs.GetProperty("top_logprobs").EnumerateArray(), top => Assert.InRange(top.EnumerateObject().Count(), 3, 4));
        Assert.Equal(6, logprobs.GetProperty("text_offset").GetArrayLength());
    }

    [Theory]
    [InlineData("suffix", "\"x\"")]
    [InlineData("best_of", "5")]
    [InlineData("prompt", "[]")]
    [InlineData("prompt", "\"\"")]
    [InlineData("prompt", "[[1],\"x\"]")]
    [InlineData("prompt", "[1,99999]")]
    [InlineData("prompt", "[-1]")]
    [InlineData("prompt", "{}")]
    [InlineData("logprobs", "1000")]
    public async Task Post_WhatIsNotSupported_Is400AndNamesTheField(string field, string value)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string prompt = field == "prompt" ? "" : "\"prompt\":\"x\",";

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/completions", $"{{{prompt}\"{field}\":{value}}}"), HttpStatusCode.BadRequest);

        Assert.StartsWith(field, error.GetProperty("param").GetString());
    }

    private static async Task<JsonElement> PostAsync(ApiHost host, object body) =>
        await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", body));

    private static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString()!;
}
