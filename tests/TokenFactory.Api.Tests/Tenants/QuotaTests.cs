using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>Limits over real HTTP.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task Budget_ForAHundred_AskedForByAThousandAtOnce_IsNeverOverspent()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(1000) }));

        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => tenant.CompleteAsync(prompt: 6, maxTokens: 4)));

        Assert.Equal(100, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(900, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        JsonElement[] rows = await host.ReadLedgerAsync();
        Assert.Equal(1000, rows.Sum(row => row.GetProperty("total_tokens").GetInt64()));
        JsonElement limit = await LimitAsync(tenant);
        Assert.Equal((1000, 0, 0), (limit.GetProperty("used").GetInt64(), limit.GetProperty("reserved").GetInt64(), limit.GetProperty("left").GetInt64()));
    }

    [Fact]
    public async Task Reservation_NotAllUsed_GivesTheRestBack()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(100) }));
        string stop = Answers.Continue(new string('p', 10), 3);

        await Answers.ReadAsync(await tenant.Http.PostAsJsonAsync("/v1/completions", new { prompt = new string('p', 10), max_tokens = 90, stop }));

        JsonElement limit = await LimitAsync(tenant);
        Assert.Equal((13, 0, 87), (limit.GetProperty("used").GetInt64(), limit.GetProperty("reserved").GetInt64(), limit.GetProperty("left").GetInt64()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MaxTokens_Absent_EndsCleanlyAtTheLimitAndSaysWhich(bool stream)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(30) }));
        object body = new { prompt = new string('p', 10), stream, stream_options = new { include_usage = true } };

        using HttpResponseMessage answer = await tenant.Http.PostAsJsonAsync("/v1/completions", stream ? body : new { prompt = new string('p', 10) });
        JsonElement[] parts = stream ? await Answers.ReadChunksAsync(answer) : [await Answers.ReadAsync(answer)];

        JsonElement usage = parts[^1].GetProperty("usage");
        Assert.Equal(20, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal("tokens_per_day", usage.GetProperty("limit").GetProperty("type").GetString());
        Assert.Equal("tenant", usage.GetProperty("limit").GetProperty("scope").GetString());
        Assert.True(usage.GetProperty("limit").GetProperty("reset_at").GetDateTimeOffset() > DateTimeOffset.UtcNow);
        Assert.Contains(parts, part => part.GetProperty("choices").EnumerateArray().Any(choice => choice.GetProperty("finish_reason").GetString() == "length"));
        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(1, null), HttpStatusCode.TooManyRequests);
        Assert.Equal("insufficient_quota", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task MaxTokens_AbsentForSeveralAnswers_IsSharedByThem()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(41) }));

        JsonElement answer = await Answers.ReadAsync(await tenant.CompleteAsync(10, null, n: 3));

        Assert.Equal(30, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(40, (await LimitAsync(tenant)).GetProperty("used").GetInt64());
    }

    [Fact]
    public async Task MaxTokens_AboveThePlans_IsRefusedAndWithinItTheDefaultIsThePlans()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(PlanLimits.None, maxTokens: 8));

        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(5, 9), HttpStatusCode.BadRequest);
        Assert.Equal("max_tokens", error.GetProperty("param").GetString());
        await Answers.ReadErrorAsync(await tenant.CompleteAsync(5, 5, n: 2), HttpStatusCode.BadRequest);
        JsonElement usage = (await Answers.ReadAsync(await tenant.CompleteAsync(5, null))).GetProperty("usage");
        Assert.Equal(8, usage.GetProperty("completion_tokens").GetInt32());
        Assert.False(usage.TryGetProperty("limit", out _));
    }

    [Fact]
    public async Task RequestsPerMinute_UsedUp_SaysTheRealWait()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(
            TenantClient.PlanOf(new PlanLimits { RequestsPerMinute = new Limit(2), TokensPerMinute = new Limit(1000) }));
        using HttpResponseMessage first = await tenant.CompleteAsync(3, 1);
        await tenant.CompleteAsync(3, 1);

        using HttpResponseMessage refused = await tenant.CompleteAsync(3, 1);

        Assert.Equal("2", Header(first, "x-ratelimit-limit-requests"));
        Assert.Equal("1", Header(first, "x-ratelimit-remaining-requests"));
        Assert.Matches("^(30|29)s$", Header(first, "x-ratelimit-reset-requests"));
        Assert.Equal("1000", Header(first, "x-ratelimit-limit-tokens"));
        Assert.Equal("996", Header(first, "x-ratelimit-remaining-tokens"));
        JsonElement error = await Answers.ReadErrorAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.Equal(("requests", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 20, 30);
        Assert.InRange(int.Parse(Header(refused, "retry-after-ms"), System.Globalization.CultureInfo.InvariantCulture), 20_000, 30_000);
        Assert.Equal("true", Header(refused, "x-should-retry"));
        Assert.Equal("requests_per_minute", Header(refused, "rate_limit_type"));
        Assert.StartsWith("req_", Header(refused, "x-request-id"));
    }

    [Fact]
    public async Task Window_UsedUp_SaysWhenItResetsAndNotWhatWasSpent()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(keyLimits: new PlanLimits { TokensPerMonth = new Limit(100) });
        await Answers.ReadAsync(await tenant.CompleteAsync(37, 50));

        using HttpResponseMessage refused = await tenant.CompleteAsync(37, 50);

        JsonElement error = await Answers.ReadErrorAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.Equal(("insufficient_quota", "insufficient_quota"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains("tokens_per_month of this key (limit 100)", error.GetProperty("message").GetString());
        Assert.DoesNotContain("87", error.GetProperty("message").GetString()!.Split("It begins")[0]);
        Assert.Equal("false", Header(refused, "x-should-retry"));
        DateTimeOffset reset = DateTimeOffset.Parse(Header(refused, "reset_at"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1, reset.Day);
        Assert.InRange((reset - DateTimeOffset.UtcNow - refused.Headers.RetryAfter!.Delta!.Value).TotalSeconds, -5, 5);
    }

    [Fact]
    public async Task Feature_SoldByThePiece_CountsUsesAndRefusesTheNext()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(
            TenantClient.PlanOf(PlanLimits.None, features: new FeatureLimit("deep-research", 2, UsageWindow.Month)));

        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1, feature: "wide-research"), HttpStatusCode.Forbidden);
        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3000, 1, feature: "deep-research"), HttpStatusCode.BadRequest);
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1, feature: "deep-research"));
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1, feature: "deep-research"));
        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1, feature: "deep-research"), HttpStatusCode.TooManyRequests);

        Assert.Contains("deep-research", error.GetProperty("message").GetString());
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1));
        JsonElement usage = await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage"));
        Assert.Equal(2, usage.GetProperty("features")[0].GetProperty("used").GetInt32());
        Assert.Equal(2, (await host.ReadLedgerAsync()).Count(row => row.GetProperty("feature").GetString() == "deep-research"));
    }

    [Fact]
    public async Task Limit_Zero_AllowsNothingAndOffersNoRetry()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { RequestsPerMinute = new Limit(0) }));

        using HttpResponseMessage refused = await tenant.CompleteAsync(3, 1);

        await Answers.ReadErrorAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.Null(refused.Headers.RetryAfter);
        Assert.Equal("false", Header(refused, "x-should-retry"));
    }

    [Fact]
    public async Task Limit_TheLargestNumber_AllowsEverything()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Limit most = new(long.MaxValue);
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(
            new PlanLimits { RequestsPerMinute = most, TokensPerMinute = most, TokensPerDay = most, TokensPerWeek = most, TokensPerMonth = most, ConcurrentRequests = most, QueuedRequests = most },
            maxTokens: long.MaxValue));

        for (int i = 0; i < 3; i++)
        {
            await Answers.ReadAsync(await tenant.CompleteAsync(3, null));
        }
    }

    [Fact]
    public async Task Concurrency_OfOne_RefusesTheSecondUntilTheFirstHasEnded()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(5));
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { ConcurrentRequests = new Limit(1) }));
        Task<HttpResponseMessage> first = tenant.CompleteAsync(3, 200);
        await host.UntilRunsAsync(running => running > 0);

        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.TooManyRequests);

        await Answers.ReadAsync(await first);
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1));
    }

    [Fact]
    public async Task Shadow_AnyLimit_RefusesNothingAndCountsByTenantAndKey()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(
            TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(8, IsShadow: true) }),
            keyLimits: new PlanLimits { RequestsPerMinute = new Limit(1, IsShadow: true) });
        for (int i = 0; i < 4; i++)
        {
            await Answers.ReadAsync(await tenant.CompleteAsync(3, 1));
        }

        JsonElement usage = await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage"));

        Assert.Equal(
            [("tokens_per_day", "tenant", 2), ("requests_per_minute", "key", 3)],
            usage.GetProperty("limits").EnumerateArray().Select(limit => (
                limit.GetProperty("name").GetString(), limit.GetProperty("scope").GetString(), limit.GetProperty("would_have_refused").GetInt32())));
    }

    [Fact]
    public async Task Tenant_DeletedWhileItStreams_FinishesAndIsCounted()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(1000) }));
        Task<HttpResponseMessage> streaming = tenant.Http.PostAsJsonAsync("/v1/completions", new { prompt = "ppp", max_tokens = 200, stream = true });
        await host.UntilRunsAsync(running => running > 0);

        await host.Administration.UpdateTenantAsync("test", tenant.Tenant with { State = TenantState.Deleted });

        JsonElement[] chunks = await Answers.ReadChunksAsync(await streaming);
        Assert.Equal("length", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(("lab", 203), (row.GetProperty("tenant").GetString(), row.GetProperty("total_tokens").GetInt32()));
        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Plan_ChangedWhileItStreams_HoldsForTheNextRequest()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(1000) }));
        Task<HttpResponseMessage> streaming = tenant.CompleteAsync(3, 200);
        await host.UntilRunsAsync(running => running > 0);

        await host.Administration.UpdatePlanAsync("test", tenant.Plan with { Limits = new PlanLimits { TokensPerDay = new Limit(100) } });

        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.TooManyRequests);
        Assert.Equal(200, (await Answers.ReadAsync(await streaming)).GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.TooManyRequests);
        Assert.Equal(203, (await LimitAsync(tenant)).GetProperty("used").GetInt64());
    }

    private static async Task<JsonElement> LimitAsync(TenantClient tenant) =>
        (await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage"))).GetProperty("limits")[0];

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
