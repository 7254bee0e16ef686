using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using Xunit;
using static TokenFactory.Api.Tests.Responses.ResponseCalls;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>OpenAI's Responses, streamed.</summary>
public sealed class ResponseStreamTests
{
    private const string Answer = "<think>\nhm\n</think>\n\nLet me look.\n" + ToolHost.Call;

    [Fact]
    public async Task Post_Streamed_GivesTheProtocolsEventsInOrder()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);

        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, new { input = "hello", max_output_tokens = 500, tools = Weather, stream = true }));

        Assert.Equal(
            "created in_progress output_item.added content_part.added reasoning_text.delta reasoning_text.done content_part.done output_item.done "
            + "output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done "
            + "output_item.added function_call_arguments.delta function_call_arguments.done output_item.done completed",
            Shape(events));
        Assert.Equal(("hm", "Let me look.", "{\"city\": \"Paris\"}"), (Join(events, "reasoning_text"), Join(events, "output_text"), Join(events, "function_call_arguments")));
        JsonElement completed = events[^1].GetProperty("response");
        JsonElement[] items = [.. completed.GetProperty("output").EnumerateArray()];
        Assert.Equal("in_progress", Text(events[0].GetProperty("response"), "status"));
        Assert.Equal(("completed", Id(events[0].GetProperty("response"))), (Text(completed, "status"), Id(completed)));
        Assert.Equal(Answer.Length + 1, Usage(completed, "output_tokens"));
        foreach (JsonElement one in events.Where(one => one.TryGetProperty("output_index", out _)))
        {
            JsonElement item = items[one.GetProperty("output_index").GetInt32()];
            string? id = one.TryGetProperty("item_id", out JsonElement named) ? named.GetString() : Id(one.GetProperty("item"));
            Assert.Equal(Id(item), id);
        }
        Assert.Equal(items.Select(item => item.GetRawText()), events.Where(one => Text(one, "type") == "response.output_item.done").Select(one => one.GetProperty("item").GetRawText()));
    }

    [Fact]
    public async Task Post_StreamedOrWhole_MakesTheSame()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);
        object Body(bool stream) => new { input = "hello", max_output_tokens = 25, tools = Weather, include = new[] { "message.output_text.logprobs" }, stream };

        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, Body(true)));
        JsonElement whole = await CreateAsync(host.Client, Body(false));

        JsonElement streamed = events[^1].GetProperty("response");
        Assert.Equal("response.incomplete", Text(events[^1], "type"));
        Assert.Equal(Plain(whole), Plain(streamed));
        string tokens = string.Concat(events.Where(one => Text(one, "type") == "response.output_text.delta")
            .SelectMany(one => one.GetProperty("logprobs").EnumerateArray()).Select(token => Text(token, "token")));
        Assert.Equal(Said(whole), tokens);

        // Names and times are each response's own; the second prompt is in the cache.
        static string Plain(JsonElement response) => System.Text.RegularExpressions.Regex.Replace(
            response.GetRawText(), "_[0-9a-f]{32}|\"created_at\":\\d+|\"cached_tokens\":\\d+", "_");
    }

    [Fact]
    public async Task Post_WithoutAnyText_IsAnEmptyMessage()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "");

        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, new { input = "hello", stream = true }));

        Assert.Equal("created in_progress output_item.added content_part.added output_text.done content_part.done output_item.done completed", Shape(events));
        Assert.Equal("", Said(events[^1].GetProperty("response")));
    }

    [Fact]
    public async Task Post_StreamThatFailsAfterItsBeginning_EndsWithAFailedResponse()
    {
        int steps = 0;
        await using ApiHost host = await ApiHost.StartAsync(executor =>
        {
            executor.Says(new string('a', 500));
            executor.StepTime = TimeSpan.FromMilliseconds(1);
            executor.BeforeStep = _ =>
            {
                if (++steps > 50)
                {
                    throw new TokenFactory.Engine.Execution.ExecutorException("it burns");
                }
            };
        });

        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, new { input = "hello", max_output_tokens = 400, stream = true }));

        JsonElement failed = events[^1].GetProperty("response");
        Assert.Equal(("response.failed", "failed", "server_error"), (Text(events[^1], "type"), Text(failed, "status"), Text(failed.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task Post_FailureBeforeItsBeginning_IsAnErrorEvent()
    {
        await using ApiHost host = await ApiHost.StartAsync(
            executor => executor.BeforeStep = _ =>
            {
                Thread.Sleep(100);
                throw new TokenFactory.Engine.Execution.ExecutorException("it burns");
            },
            options: options => options.KeepAliveInterval = TimeSpan.FromMilliseconds(10));

        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, new { input = "hello", max_output_tokens = 400, stream = true }));

        JsonElement error = Assert.Single(events);
        Assert.Equal(("error", "generation_failed", JsonValueKind.Null), (Text(error, "type"), Text(error, "code"), error.GetProperty("param").ValueKind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ClientLeaves_NothingGoesOnAndNothingIsKept(bool stream)
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(5));
        using CancellationTokenSource leaving = new();
        Task<HttpResponseMessage> sent = host.Client.PostAsJsonAsync(Url, new { input = "hello", max_output_tokens = 1000, stream }, leaving.Token);
        await host.UntilRunsAsync(running => running == 1);
        string id = (await host.Engine.SnapshotAsync()).Requests.Single().Id;

        await leaving.CancelAsync();
        await host.UntilRunsAsync(running => running == 0);

        await Assert.ThrowsAnyAsync<Exception>(async () => await (await sent).Content.ReadAsStringAsync(leaving.Token));
        using HttpResponseMessage shown = await host.Client.GetAsync($"{Url}/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, shown.StatusCode);
        await host.AssertServesAsync();
    }
}
