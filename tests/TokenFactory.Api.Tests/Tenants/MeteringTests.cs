using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TokenFactory.Engine.Execution;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>What is counted equals what clients were told, on every path that a request can take.</summary>
public sealed class MeteringTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    public async Task Row_OfAnAnswer_EqualsItsUsage(int n, int prompts)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string[] prompt = [.. Enumerable.Range(0, prompts).Select(i => $"prompt number {i} of some length")];

        JsonElement answer = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", new { prompt, n, max_tokens = 7 }));

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        JsonElement usage = answer.GetProperty("usage");
        Assert.Equal(answer.GetProperty("id").GetString(), row.GetProperty("idempotency_key").GetString());
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt64(), row.GetProperty("prompt_tokens").GetInt64());
        Assert.Equal(usage.GetProperty("completion_tokens").GetInt64(), row.GetProperty("generated_tokens").GetInt64());
        Assert.Equal(
            usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt64(), row.GetProperty("cached_tokens").GetInt64());
        Assert.Equal(
            ("local", "hash", "test:0", "interactive", "length"),
            (row.GetProperty("tenant").GetString(), row.GetProperty("model").GetString(), row.GetProperty("device").GetString(),
                row.GetProperty("lane").GetString(), row.GetProperty("outcome").GetString()));
        Assert.True(row.GetProperty("compute_time").GetDouble() > 0);
    }

    [Fact]
    public async Task Row_OfAClientThatLeft_HasWhatWasGenerated()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(5));
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(5000) }));
        using (HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions") { Content = JsonContent.Create(new { prompt = "leaving", max_tokens = 1500, stream = true }) })
        {
            using HttpResponseMessage answer = await tenant.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await (await answer.Content.ReadAsStreamAsync()).ReadAtLeastAsync(new byte[500], 500);
        }
        await host.UntilRunsAsync(running => running == 0);

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal("cancelled", row.GetProperty("outcome").GetString());
        Assert.InRange(row.GetProperty("generated_tokens").GetInt64(), 1, 1499);
        Assert.Equal(host.Engine.Accounts.All.Sum(account => account.GeneratedTokens), row.GetProperty("generated_tokens").GetInt64());
        JsonElement usage = await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage"));
        Assert.Equal(row.GetProperty("total_tokens").GetInt64(), usage.GetProperty("limits")[0].GetProperty("used").GetInt64());
        Assert.Equal(0, usage.GetProperty("limits")[0].GetProperty("reserved").GetInt64());
    }

    [Fact]
    public async Task Request_RefusedByTheEngine_IsNotInTheLedger()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(10_000) }));

        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3000, 5), HttpStatusCode.BadRequest);

        Assert.Empty(await host.ReadLedgerAsync());
        JsonElement limit = (await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage"))).GetProperty("limits")[0];
        Assert.Equal((0, 0), (limit.GetProperty("used").GetInt64(), limit.GetProperty("reserved").GetInt64()));
    }

    [Fact]
    public async Task Row_OfAFailedDevice_SaysSo()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => throw new ExecutorException("it burns"));

        await Answers.ReadErrorAsync(await host.ChatAsync(new { messages = new[] { new { role = "user", content = "A" } } }), HttpStatusCode.InternalServerError);

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(("failed", 0), (row.GetProperty("outcome").GetString(), row.GetProperty("total_tokens").GetInt32()));
    }

    [Fact]
    public async Task Rows_OfManyAtOnce_AddUpToTheEnginesOwnCount()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = $"request {i}", max_tokens = 1 + (i % 30) }))));

        JsonElement[] rows = await host.ReadLedgerAsync();
        Assert.Equal(200, rows.Length);
        Assert.Equal(answers.Sum(answer => answer.GetProperty("usage").GetProperty("total_tokens").GetInt64()), rows.Sum(row => row.GetProperty("total_tokens").GetInt64()));
        Assert.Equal(host.Engine.Accounts.All.Sum(account => account.GeneratedTokens), rows.Sum(row => row.GetProperty("generated_tokens").GetInt64()));
    }

    [Fact]
    public async Task Disk_Full_RequestsInFlightFinishNewOnesWaitAndNothingIsLost()
    {
        string bound = "";
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2), pragmas: () => bound);
        Task<HttpResponseMessage>[] inFlight = [.. Enumerable.Range(0, 8).Select(i => host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new string('p', 20 + i), max_tokens = 300 }))];
        await host.UntilRunsAsync(running => running == 8);

        // SQLite answers a bound on its pages as it answers a full disk.
        bound = "PRAGMA max_page_count = 1;";
        FillPages(host);
        await host.Ledger.FlushAsync(withCheckpoints: true);

        using HttpResponseMessage refused = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "new", max_tokens = 1 });
        JsonElement error = await Answers.ReadErrorAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.Contains("disk", error.GetProperty("message").GetString());
        Assert.Equal("ledger_unavailable", error.GetProperty("code").GetString());
        Assert.NotNull(refused.Headers.RetryAfter);
        using HttpResponseMessage ready = await host.Client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        foreach (Task<HttpResponseMessage> answer in inFlight)
        {
            await Answers.ReadAsync(await answer);
        }

        bound = "PRAGMA max_page_count = 1000000;";
        JsonElement[] rows = [.. (await host.ReadLedgerAsync()).Where(row => row.GetProperty("tenant").GetString() == "local")];
        Assert.Equal(8, rows.Length);
        Assert.Equal(8 * 300, rows.Sum(row => row.GetProperty("generated_tokens").GetInt64()));
        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Database_Locked_RequestsInFlightFinishNewOnesWaitAndNothingIsLost()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        Task<HttpResponseMessage> inFlight = host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "locked", max_tokens = 900 });
        await host.UntilRunsAsync(running => running > 0);
        await using (SqliteConnection other = new(host.ConnectionString))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteTransaction held = other.BeginTransaction();
            while (host.Ledger.Problem is null)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            JsonElement error = await Answers.ReadErrorAsync(
                await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "new", max_tokens = 1 }), HttpStatusCode.ServiceUnavailable);
            Assert.Contains("locked", error.GetProperty("message").GetString());
            await Answers.ReadAsync(await inFlight);
        }

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(900, row.GetProperty("generated_tokens").GetInt32());
        await host.AssertServesAsync();
    }

    /// <summary>Ends more requests than fit into the pages that the file has already.</summary>
    private static void FillPages(ApiHost host)
    {
        for (int i = 0; i < 1000; i++)
        {
            host.Ledger.Record(new Nothing(), new UsageRecord
            {
                IdempotencyKey = $"filler-{i}",
                RequestId = $"filler-{i}",
                Tenant = "filler",
                Model = "hash",
                Device = "test:0",
                Lane = "batch",
                Outcome = "stop",
                EndedAt = DateTimeOffset.UtcNow,
            });
        }
    }

    private sealed class Nothing : IRunningUsage
    {
        public UsageRecord? Snapshot() => null;
    }
}
