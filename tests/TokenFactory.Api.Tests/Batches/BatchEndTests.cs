using System.Net;
using System.Text.Json;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Tests.Shared.Engine;
using Xunit;
using static TokenFactory.Api.Tests.Batches.BatchCalls;

namespace TokenFactory.Api.Tests.Batches;

/// <summary>Batches that are cancelled, run out of time, wait for limits or lose what they need; every line ends in one of the files all the same.</summary>
public sealed class BatchEndTests
{
    private const int Total = 300;

    [Fact]
    public async Task Cancel_InTheMiddle_KeepsWhatIsDone()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, options: FewPlaces);
        string id = await StartAsync(host.Client, Lines(Total, 8));
        await UntilAsync(host.Client, id, shown => Count(shown, "completed") >= 16);

        JsonElement cancelling = await Answers.ReadAsync(await host.Client.PostAsync($"/v1/batches/{id}/cancel", null));
        JsonElement batch = await UntilAsync(host.Client, id, "cancelled");

        Assert.Equal("cancelling", cancelling.GetProperty("status").GetString());
        await CheckFilesAsync(host, batch, "batch_cancelled");
        Assert.True(batch.GetProperty("cancelled_at").GetInt64() >= batch.GetProperty("cancelling_at").GetInt64());
        Assert.Equal(JsonValueKind.Null, batch.GetProperty("completed_at").ValueKind);
        await Answers.ReadErrorAsync(await host.Client.PostAsync($"/v1/batches/{id}/cancel", null), HttpStatusCode.Conflict);
        await host.UntilRunsAsync(running => running == 0);
        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Time_Over_EndsWithWhatIsThere()
    {
        JumpingClock clock = new();
        await using ApiHost host = await ApiHost.StartAsync(Slower, options: FewPlaces, clock: clock);
        string id = await StartAsync(host.Client, Lines(Total, 8));
        await UntilAsync(host.Client, id, shown => Count(shown, "completed") >= 16);

        clock.Jump(TimeSpan.FromHours(23.9));
        Assert.Equal("in_progress", (await ShowAsync(host.Client, id)).GetProperty("status").GetString());
        clock.Jump(TimeSpan.FromHours(0.2));
        JsonElement batch = await UntilAsync(host.Client, id, "expired");

        await CheckFilesAsync(host, batch, "batch_expired");
        Assert.True(batch.GetProperty("expired_at").GetInt64() >= batch.GetProperty("expires_at").GetInt64());
    }

    [Fact]
    public async Task Batches_OfOneTenant_ComeOneAfterAnotherAndAreBounded()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, options: options =>
        {
            FewPlaces(options);
            options.Batches.MaxOpenBatches = 2;
        });
        string file = await UploadAsync(host.Client, Lines(Total, 8));
        string first = (await Answers.ReadAsync(await SendBatchAsync(host.Client, file))).GetProperty("id").GetString()!;
        string second = (await Answers.ReadAsync(await SendBatchAsync(host.Client, file))).GetProperty("id").GetString()!;
        await UntilAsync(host.Client, first, shown => Count(shown, "completed") >= 16);

        JsonElement refusal = await Answers.ReadErrorAsync(await SendBatchAsync(host.Client, file), HttpStatusCode.TooManyRequests);
        JsonElement waiting = await ShowAsync(host.Client, second);
        JsonElement inUse = await Answers.ReadErrorAsync(await host.Client.DeleteAsync($"/v1/files/{file}"), HttpStatusCode.Conflict);

        Assert.Equal("too_many_batches", refusal.GetProperty("code").GetString());
        Assert.Equal(("validating", Total), (waiting.GetProperty("status").GetString(), Count(waiting, "total")));
        Assert.Contains(first, inUse.GetProperty("message").GetString());
        await Answers.ReadAsync(await host.Client.PostAsync($"/v1/batches/{second}/cancel", null));
        JsonElement cancelled = await UntilAsync(host.Client, second, "cancelled");
        Assert.Equal((0, Total), (Count(cancelled, "completed"), Count(cancelled, "failed")));
        Assert.Equal(JsonValueKind.Null, cancelled.GetProperty("in_progress_at").ValueKind);
        await Answers.ReadAsync(await host.Client.PostAsync($"/v1/batches/{first}/cancel", null));
    }

    [Fact]
    public async Task Limits_OfOnesOwn_AreWaitedFor()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { ConcurrentRequests = new Limit(2), TokensPerDay = new Limit(5000) }));
        string lines = $"{Lines(30, 5)}\n{Line("greedy", new { prompt = new string('p', 1000), n = 16, max_tokens = 1000 })}";

        JsonElement batch = await UntilAsync(tenant.Http, await StartAsync(tenant.Http, lines), "completed");

        Assert.Equal(30, Count(batch, "completed"));
        JsonElement greedy = Assert.Single(await ReadAsync(tenant.Http, batch, "error_file_id"));
        Assert.Equal(("greedy", 429), (CustomId(greedy), greedy.GetProperty("response").GetProperty("status_code").GetInt32()));
        Assert.Equal(30, (await host.ReadLedgerAsync()).Length);
    }

    [Fact]
    public async Task Queue_Full_IsWaitedFor()
    {
        await using ApiHost host = await ApiHost.StartAsync(policy: policy => policy with { MaxRunning = 2, QueueRequests = 2 });

        JsonElement batch = await UntilAsync(host.Client, await StartAsync(host.Client, Lines(40, 4)), "completed");

        Assert.Equal((40, 0), (Count(batch, "completed"), Count(batch, "failed")));
    }

    [Fact]
    public async Task Model_Unloaded_IsWaitedFor()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, options: FewPlaces);
        string id = await StartAsync(host.Client, Lines(60, 8, "hash"));
        await UntilAsync(host.Client, id, shown => Count(shown, "completed") >= 16);

        host.Rename("away");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        int meanwhile = Count(await ShowAsync(host.Client, id), "completed");
        host.Rename("hash", from: "away");
        JsonElement batch = await UntilAsync(host.Client, id, "completed");

        Assert.InRange(meanwhile, 16, 59);
        Assert.Equal((60, 0), (Count(batch, "completed"), Count(batch, "failed")));
    }

    [Fact]
    public async Task Key_Revoked_FailsTheRestWithTheReason()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, options: FewPlaces);
        using TenantClient tenant = await host.AddTenantAsync();
        string id = await StartAsync(tenant.Http, Lines(Total, 8));
        await UntilAsync(tenant.Http, id, shown => Count(shown, "completed") >= 16);

        await host.Administration.RevokeKeyAsync("test", tenant.Key.Key.Id);
        Tenancy.Administration.NewKey second = await host.Administration.CreateKeyAsync("test", tenant.Key.Key with { Id = default, Name = "second" });
        using HttpClient other = host.ClientWith(second.Text);
        JsonElement batch = await UntilAsync(other, id, "completed");

        JsonElement[] errors = await ReadAsync(other, batch, "error_file_id");
        Assert.InRange(errors.Length, 1, Total - 16);
        Assert.All(errors, line => Assert.Equal("invalid_api_key", line.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(Total, Count(batch, "completed") + errors.Length);
        Assert.Equal(Count(batch, "completed"), (await host.ReadLedgerAsync()).Length);
    }

    [Fact]
    public async Task Tenant_Suspended_IsWaitedFor()
    {
        await using ApiHost host = await ApiHost.StartAsync(Slow, options: FewPlaces);
        using TenantClient tenant = await host.AddTenantAsync();
        string id = await StartAsync(tenant.Http, Lines(60, 8));
        await UntilAsync(tenant.Http, id, shown => Count(shown, "completed") >= 16);

        await host.Administration.UpdateTenantAsync("test", tenant.Tenant with { State = TenantState.Suspended });
        await host.UntilRunsAsync(running => running == 0);
        await host.Administration.UpdateTenantAsync("test", tenant.Tenant);
        JsonElement batch = await UntilAsync(tenant.Http, id, "completed");

        Assert.Equal((60, 0), (Count(batch, "completed"), Count(batch, "failed")));
    }

    private static void Slow(HashExecutor executor) => executor.StepTime = TimeSpan.FromMilliseconds(2);

    /// <summary>A batch takes many times as long as its lateness may go unseen.</summary>
    private static void Slower(HashExecutor executor) => executor.StepTime = TimeSpan.FromMilliseconds(20);

    private static void FewPlaces(ApiOptions options) => options.Batches.LinesUnderWay = 8;

    private static async Task CheckFilesAsync(ApiHost host, JsonElement batch, string code)
    {
        JsonElement[] answers = await ReadAsync(host.Client, batch, "output_file_id");
        JsonElement[] errors = await ReadAsync(host.Client, batch, "error_file_id");
        Assert.InRange(answers.Length, 16, Total - 1);
        Assert.Equal((answers.Length, errors.Length), (Count(batch, "completed"), Count(batch, "failed")));
        Assert.Equal(Enumerable.Range(1, Total).Select(i => $"line-{i}").Order(), answers.Concat(errors).Select(CustomId).Order());
        Assert.All(answers, line => Assert.Equal(8, line.GetProperty("response").GetProperty("body").GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.All(errors, line =>
        {
            Assert.Equal(JsonValueKind.Null, line.GetProperty("response").ValueKind);
            Assert.Equal(code, line.GetProperty("error").GetProperty("code").GetString());
        });
    }
}
