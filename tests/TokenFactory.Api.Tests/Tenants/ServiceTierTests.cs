using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Plans;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>OpenAI's tiers are lanes, no more of them than the plan holds.</summary>
public sealed class ServiceTierTests
{
    [Theory]
    [InlineData(LaneRights.All, null, null, "interactive", null)]
    [InlineData(LaneRights.All, "auto", null, "interactive", "default")]
    [InlineData(LaneRights.All, "priority", null, "interactive", "priority")]
    [InlineData(LaneRights.All, "flex", null, "batch", "flex")]
    [InlineData(LaneRights.All, "flex", "agentic", "agentic", "default")]
    [InlineData(LaneRights.Batch, "priority", null, "batch", "flex")]
    [InlineData(LaneRights.Interactive, "flex", null, "interactive", "default")]
    public async Task Post_Tier_ChoosesTheLaneAndIsAnsweredHonestly(LaneRights rights, string? tier, string? header, string lane, string? used)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(PlanLimits.None) with { Lanes = rights });
        if (header is not null)
        {
            tenant.Http.DefaultRequestHeaders.Add("x-lane", header);
        }
        Dictionary<string, object?> body = new() { ["messages"] = new[] { new { role = "user", content = "x" } }, ["max_tokens"] = 2 };
        if (tier is not null)
        {
            body["service_tier"] = tier;
        }

        JsonElement whole = await Answers.ReadAsync(await tenant.Http.PostAsJsonAsync("/v1/chat/completions", body, TestContext.Current.CancellationToken));
        body["stream"] = true;
        JsonElement[] chunks = await Answers.ReadChunksAsync(await tenant.Http.PostAsJsonAsync("/v1/chat/completions", body, TestContext.Current.CancellationToken));

        Assert.Equal(used, TierOf(whole));
        Assert.All(chunks, chunk => Assert.Equal(used, TierOf(chunk)));
        Assert.All(await host.ReadLedgerAsync(), row => Assert.Equal(lane, row.GetProperty("lane").GetString()));
    }

    private static string? TierOf(JsonElement answer) => answer.TryGetProperty("service_tier", out JsonElement tier) ? tier.GetString() : null;
}
