using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Batches;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tests.Shared.Engine;
using Xunit;
using static TokenFactory.Api.Tests.Responses.ResponseCalls;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>Responses that are computed whoever waits for them.</summary>
public sealed class BackgroundResponseTests
{
    private static readonly string Long = new('a', 300);

    [Fact]
    public async Task Post_Background_AnswersAtOnceAndIsCompletedByItself()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        using TenantClient tenant = await host.AddTenantAsync();

        JsonElement queued = await CreateAsync(tenant.Http, new { input = "hello", background = true });
        JsonElement running = await UntilAsync(tenant.Http, Id(queued), "in_progress");
        JsonElement completed = await UntilAsync(tenant.Http, Id(queued), "completed");

        Assert.Equal(("queued", true, 0), (Text(queued, "status"), queued.GetProperty("background").GetBoolean(), queued.GetProperty("output").GetArrayLength()));
        Assert.False(running.TryGetProperty("usage", out _));
        Assert.Equal(Long, Said(completed));
        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal((Id(queued), "lab", "stop"), (Text(row, "idempotency_key"), Text(row, "tenant"), Text(row, "outcome")));
        Assert.Equal(Usage(completed, "output_tokens"), row.GetProperty("generated_tokens").GetInt32());
        Assert.True(completed.GetProperty("completed_at").GetInt64() >= completed.GetProperty("created_at").GetInt64(), "completed after it was created");
    }

    [Fact]
    public async Task Post_BeyondALimit_IsRefusedAtOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { ConcurrentRequests = new Limit(1) }));
        JsonElement first = await CreateAsync(tenant.Http, new { input = "hello", background = true });

        using HttpResponseMessage refused = await SendAsync(tenant.Http, new { input = "hello", background = true });

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await UntilAsync(tenant.Http, Id(first), "completed");
        await CreateAsync(tenant.Http, new { input = "hello", background = true });
    }

    [Fact]
    public async Task Cancel_Running_KeepsWhatThereIsAndCountsIt()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        JsonElement queued = await CreateAsync(host.Client, new { input = "hello", background = true });
        JsonElement inProgress = await Answers.ReadErrorAsync(
            await SendAsync(host.Client, new { previous_response_id = Id(queued), input = "x" }), HttpStatusCode.BadRequest);
        while (host.Engine.Status.TotalRunning == 0 || (await host.Engine.SnapshotAsync()).Requests.Single().GeneratedTokens < 5)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        JsonElement cancelled = await CancelAsync(host.Client, Id(queued));
        JsonElement again = await CancelAsync(host.Client, Id(queued));

        Assert.Equal("response_in_progress", Text(inProgress, "code"));
        Assert.Equal(("cancelled", "incomplete"), (Text(cancelled, "status"), Text(cancelled.GetProperty("output")[0], "status")));
        Assert.InRange(Said(cancelled).Length, 4, Long.Length - 1);
        Assert.Equal(cancelled.GetRawText(), again.GetRawText());
        await host.UntilRunsAsync(running => running == 0);
        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(("cancelled", Usage(cancelled, "output_tokens")), (Text(row, "outcome"), row.GetProperty("generated_tokens").GetInt32()));
    }

    [Fact]
    public async Task Cancel_Waiting_HasNoOutput()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, policy => policy with { MaxRunning = 1 });
        JsonElement first = await CreateAsync(host.Client, new { input = "hello", background = true });
        JsonElement second = await CreateAsync(host.Client, new { input = "hello", background = true });
        await UntilAsync(host.Client, Id(first), "in_progress");

        JsonElement waiting = await ShowAsync(host.Client, Id(second));
        JsonElement cancelled = await CancelAsync(host.Client, Id(second));

        Assert.Equal("queued", Text(waiting, "status"));
        Assert.Equal(("cancelled", 0), (Text(cancelled, "status"), cancelled.GetProperty("output").GetArrayLength()));
        Assert.Equal(0, cancelled.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        await UntilAsync(host.Client, Id(first), "completed");
    }

    [Fact]
    public async Task Delete_Running_EndsItAndItIsGone()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        JsonElement queued = await CreateAsync(host.Client, new { input = "hello", background = true, stream = false });

        await Answers.ReadAsync(await host.Client.DeleteAsync($"{Url}/{Id(queued)}", TestContext.Current.CancellationToken));

        await host.UntilRunsAsync(running => running == 0);
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{Id(queued)}", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Stream_ClientLeavesAndComesBack_MissesNothing()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        using HttpRequestMessage request = new(HttpMethod.Post, Url) { Content = JsonContent.Create(new { input = "hello", background = true, stream = true }) };
        string id;
        using (HttpResponseMessage left = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            using StreamReader lines = new(await left.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            Assert.Equal("event: response.created", await lines.ReadLineAsync(TestContext.Current.CancellationToken));
            string data = (await lines.ReadLineAsync(TestContext.Current.CancellationToken))!;
            id = Id(JsonElement.Parse(data["data: ".Length..]).GetProperty("response"));
        }
        await UntilAsync(host.Client, id, "in_progress");

        JsonElement[] all = await ReadEventsAsync(await host.Client.GetAsync($"{Url}/{id}?stream=true", TestContext.Current.CancellationToken));
        JsonElement[] rest = await ReadEventsAsync(await host.Client.GetAsync($"{Url}/{id}?stream=true&starting_after=5", TestContext.Current.CancellationToken), first: 6);
        JsonElement[] none = await ReadEventsAsync(await host.Client.GetAsync($"{Url}/{id}?stream=true&starting_after={all.Length - 1}", TestContext.Current.CancellationToken));

        Assert.Equal(
            "created queued in_progress output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done completed", Shape(all));
        Assert.Equal(Long, Join(all, "output_text"));
        Assert.Equal(all[6..].Select(one => one.GetRawText()), rest.Select(one => one.GetRawText()));
        Assert.Empty(none);
        Assert.Equal((await ShowAsync(host.Client, id)).GetRawText(), all[^1].GetProperty("response").GetRawText());
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{id}?starting_after=1", TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{id}?stream=true&starting_after=-1", TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Stream_Cancelled_EndsWithAnError()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow);
        Task<HttpResponseMessage> streaming = SendAsync(host.Client, new { input = "hello", background = true, stream = true });
        await host.UntilRunsAsync(running => running == 1);
        string id = (await host.Engine.SnapshotAsync()).Requests.Single().Id;
        // The engine has it before its row is there, and clients hear of it after.
        while (!(await host.Client.GetAsync($"{Url}/{id}", TestContext.Current.CancellationToken)).IsSuccessStatusCode)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        await CancelAsync(host.Client, id);

        JsonElement[] events = await ReadEventsAsync(await streaming);
        Assert.Equal(("error", "request_cancelled"), (Text(events[^1], "type"), Text(events[^1], "code")));
    }

    [Fact]
    public async Task Post_EngineFails_IsAFailedResponse()
    {
        await using ApiHost host = await ApiHost.StartAsync(
            executor => executor.BeforeStep = _ => throw new TokenFactory.Engine.Execution.ExecutorException("it burns"));
        JsonElement queued = await CreateAsync(host.Client, new { input = "hello", background = true });

        JsonElement failed = await UntilAsync(host.Client, Id(queued), "failed");

        Assert.Equal("server_error", Text(failed.GetProperty("error"), "code"));
        Assert.Contains("it burns", Text(failed.GetProperty("error"), "message"));
        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(
            (row.GetProperty("prompt_tokens").GetInt32(), row.GetProperty("generated_tokens").GetInt32()), (Usage(failed, "input_tokens"), Usage(failed, "output_tokens")));
    }

    [Fact]
    public async Task Batch_OfResponses_IsAnsweredAndTakesNoBackground()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"));
        string lines = $"{BatchCalls.Line("a", new { input = "hello" }, Url)}\n{BatchCalls.Line("b", new { input = "hello", background = true }, Url)}";

        JsonElement batch = await BatchCalls.UntilAsync(host.Client, await BatchCalls.StartAsync(host.Client, lines, Url), "completed");

        JsonElement answered = Assert.Single(await BatchCalls.ReadAsync(host.Client, batch, "output_file_id")).GetProperty("response").GetProperty("body");
        JsonElement refused = Assert.Single(await BatchCalls.ReadAsync(host.Client, batch, "error_file_id")).GetProperty("response").GetProperty("body");
        Assert.Equal(("ok", "flex"), (Said(answered), Text(answered, "service_tier")));
        Assert.Equal(answered.GetRawText(), (await ShowAsync(host.Client, Id(answered))).GetRawText());
        Assert.Equal("background", Text(refused.GetProperty("error"), "param"));
    }

    private static void Slow(HashExecutor executor)
    {
        executor.Says(Long);
        executor.StepTime = TimeSpan.FromMilliseconds(3);
    }
}
