using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

public sealed class ChatCompletionTests
{
    private static readonly object[] Hello = [new { role = "user", content = "hello" }];

    [Fact]
    public async Task Post_Whole_GivesTheTextAndExactUsage()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { model = "hash", messages = Hello, max_tokens = 12 }));

        Assert.Equal(Expect(12), answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(12, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("user: hello\n".Length, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_Streamed_GivesTheSameTextThenUsageThenDone()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        using HttpResponseMessage response = await host.ChatAsync(
            new { messages = Hello, max_tokens = 40, stream = true, stream_options = new { include_usage = true } });
        string[] events = [.. (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line["data: ".Length..])];

        Assert.Equal("[DONE]", events[^1]);
        JsonElement[] chunks = [.. events[..^1].Select(json => JsonDocument.Parse(json).RootElement)];
        Assert.Equal(40, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        string text = string.Concat(chunks[..^1].Select(chunk =>
            chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out JsonElement content) ? content.GetString() : ""));
        Assert.Equal(Expect(40), text);
    }

    [Fact]
    public async Task Post_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        string?[] texts = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            JsonElement answer = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = $"prompt {i}", max_tokens = 30 }));
            return answer.GetProperty("choices")[0].GetProperty("text").GetString();
        }));

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(Answers.Continue($"prompt {i}", 30), texts[i]);
        }
    }

    [Fact]
    public async Task Post_StopString_EndsBeforeIt()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string whole = Expect(30);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = Hello, max_tokens = 30, stop = whole[8..11] }));

        Assert.Equal(whole[..whole.IndexOf(whole[8..11], StringComparison.Ordinal)], answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task ClientGoesAway_GenerationStopsWithinOneStep()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(10));
        using CancellationTokenSource leaves = new();
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(new { messages = Hello, max_tokens = 1500, stream = true }),
        };
        using (HttpResponseMessage response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaves.Token))
        {
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[200]);
        }

        for (int i = 0; i < 200 && host.Engine.Status.TotalRunning > 0; i++)
        {
            await Task.Delay(10);
        }
        int steps = host.Executor.Steps;
        await Task.Delay(100);

        Assert.Equal(0, host.Engine.Status.TotalRunning);
        Assert.InRange(host.Executor.Steps - steps, 0, 1);
    }

    [Fact]
    public async Task Post_InvalidUtf8_Is400()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using ByteArrayContent body = new([.. "{\"messages\":[{\"role\":\"user\",\"content\":\""u8, 0xFF, 0xFE, .. "\"}]}"u8]);
        body.Headers.ContentType = new("application/json");

        using HttpResponseMessage response = await host.Client.PostAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Post_PromptBeyondTheContext_Is400WithBothLengths()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        using HttpResponseMessage response = await host.ChatAsync(new { messages = new[] { new { role = "user", content = new string('x', 5000) } } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        string message = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("message").GetString()!;
        Assert.Contains("5007", message);
        Assert.Contains("2048", message);
    }

    [Fact]
    public async Task Post_BodyOverTheLimit_Is413AndTheServerLives()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        using HttpResponseMessage response = await host.ChatAsync(new { messages = new[] { new { role = "user", content = new string('x', 11 * 1024 * 1024) } } });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.ChatAsync(new { messages = Hello, max_tokens = 1 })).StatusCode);
    }

    [Fact]
    public async Task Post_QueueFull_Is503WithRetryAfter()
    {
        using ManualResetEventSlim gate = new();
        await using ApiHost host = await ApiHost.StartAsync(
            executor => executor.BeforeStep = _ => gate.Wait(), policy => policy with { MaxRunning = 1, QueueRequests = 1 });
        Task<HttpResponseMessage>[] requests = [.. Enumerable.Range(0, 6).Select(_ => host.ChatAsync(new { messages = Hello, max_tokens = 1 }))];
        HttpResponseMessage refused = await await Task.WhenAny(requests);
        gate.Set();
        await Task.WhenAll(requests);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Contains(requests, request => request.Result.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_UnknownModel_Is404()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await host.ChatAsync(new { model = "other", messages = Hello })).StatusCode);
    }

    [Fact]
    public async Task Get_ModelsHealthMetricsAndDescription_Answer()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        await host.ChatAsync(new { messages = Hello, max_tokens = 9 });

        Assert.Contains("\"hash\"", await host.Client.GetStringAsync("/v1/models"));
        Assert.Contains("ready", await host.Client.GetStringAsync("/health/ready"));
        Assert.Contains("alive", await host.Client.GetStringAsync("/health/live"));
        Assert.Contains("/v1/chat/completions", await host.Client.GetStringAsync("/openapi/v1.json"));
        Assert.Contains(
            "tokenfactory_generation_tokens_total{model=\"hash\",device=\"test:0\",tenant=\"local\",lane=\"interactive\"} 9",
            await host.Client.GetStringAsync("/metrics"));
    }

    private static string Expect(int tokens) => Answers.Continue("user: hello\n", tokens);
}
