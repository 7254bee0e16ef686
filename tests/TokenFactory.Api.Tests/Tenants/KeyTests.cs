using System.Net;
using System.Text.Json;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>Who may use the API, and as what.</summary>
public sealed class KeyTests
{
    private static readonly string[] Paths = ["/v1/models", "/v1/models/hash", "/v1/usage"];

    [Fact]
    public async Task Production_WithoutAKey_IsRefusedEverywhere()
    {
        await using ApiHost host = await ApiHost.StartAsync(environment: "Production");

        foreach (string path in Paths)
        {
            using HttpResponseMessage refused = await host.Client.GetAsync(path);
            JsonElement error = await Answers.ReadErrorAsync(refused, HttpStatusCode.Unauthorized);
            Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        }
        await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/completions", "not even JSON"), HttpStatusCode.Unauthorized);
        await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", "{}"), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Development_WithoutAKey_IsTheTenantLocal()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement usage = await Answers.ReadAsync(await host.Client.GetAsync("/v1/usage"));

        Assert.Equal("local", usage.GetProperty("tenant").GetString());
    }

    [Fact]
    public async Task Development_ThroughAProxy_NeedsAKey()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        await Answers.ReadErrorAsync(await host.Client.GetAsync("/v1/models"), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_GivenForTheFirstStart_Works()
    {
        string key = KeySecret.Create();
        await using ApiHost host = await ApiHost.StartAsync(environment: "Production", keys: new FirstKeys(KeySecret.Create(), key));
        using HttpClient client = host.ClientWith(key);

        Assert.Equal("local", (await Answers.ReadAsync(await client.GetAsync("/v1/usage"))).GetProperty("tenant").GetString());
    }

    [Theory]
    [InlineData("sk-1234", "tf-")]
    [InlineData("tf-", "tf-")]
    [InlineData("tf-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", "tf-")]
    [InlineData("tf-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "does not know")]
    public async Task Key_MalformedOrUnknown_IsRefusedWithWhatToDo(string key, string words)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = host.ClientWith(key);

        JsonElement error = await Answers.ReadErrorAsync(await client.GetAsync("/v1/models"), HttpStatusCode.Unauthorized);

        Assert.Contains(words, error.GetProperty("message").GetString());
        Assert.DoesNotContain(key, error.GetProperty("message").GetString()!.Replace("tf- and", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public async Task Key_VeryLong_IsRefusedAndTheServerServesOn(int length)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = host.ClientWith("tf-" + new string('A', length));

        await Answers.ReadErrorAsync(await client.GetAsync("/v1/models"), HttpStatusCode.Unauthorized);
        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Key_LongerThanAnyHeaderMayBe_IsRefusedAndTheServerServesOn()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = host.ClientWith("tf-" + new string('A', 100_000));

        using HttpResponseMessage refused = await client.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);
        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Key_OfAnAdministrator_OpensNoModel()
    {
        string admin = KeySecret.Create();
        await using ApiHost host = await ApiHost.StartAsync(keys: new FirstKeys(admin, null));
        using HttpClient client = host.ClientWith(admin);

        await Answers.ReadErrorAsync(await client.GetAsync("/v1/models"), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_Expired_IsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync();
        await host.Administration.RotateKeyAsync("test", tenant.Key.Key.Id, TimeSpan.Zero);

        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.Unauthorized);

        Assert.Contains("expired", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Key_Revoked_IsRefusedAtOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync();
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1));

        await host.Administration.RevokeKeyAsync("test", tenant.Key.Key.Id);

        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.Unauthorized);
        Assert.Contains("revoked", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(TenantState.Suspended, "tenant_suspended")]
    [InlineData(TenantState.Deleted, "tenant_deleted")]
    public async Task Tenant_NotActive_IsForbidden(TenantState state, string code)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync();

        await host.Administration.UpdateTenantAsync("test", tenant.Tenant with { State = state });

        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1), HttpStatusCode.Forbidden);
        Assert.Equal(code, error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Lane_NotTheTenants_IsForbiddenAndAnotherIsTaken()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(PlanLimits.None) with { Lanes = LaneRights.Agentic | LaneRights.Batch });

        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1, lane: "interactive"), HttpStatusCode.Forbidden);
        await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1, lane: "express"), HttpStatusCode.BadRequest);
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1));
        await Answers.ReadAsync(await tenant.CompleteAsync(3, 1, lane: "batch"));

        Assert.Equal(["agentic", "batch"], (await host.ReadLedgerAsync()).Select(row => row.GetProperty("lane").GetString()));
    }

    [Fact]
    public async Task Model_OutsideTheKeysScope_IsNotThere()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(models: ["another"]);

        JsonElement error = await Answers.ReadErrorAsync(await tenant.CompleteAsync(3, 1, model: "hash"), HttpStatusCode.NotFound);

        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
        Assert.Empty((await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/models"))).GetProperty("data").EnumerateArray());
        await Answers.ReadErrorAsync(await tenant.Http.GetAsync("/v1/models/hash"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Model_Renamed_IsServedUnderTheNewNameOnlyWhereThatIsAllowed()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient scoped = await host.AddTenantAsync(models: ["hash"]);
        using TenantClient free = await host.AddTenantAsync(name: "free");
        await Answers.ReadAsync(await scoped.CompleteAsync(3, 1, model: "hash"));

        host.Rename("renamed");

        JsonElement error = await Answers.ReadErrorAsync(await free.CompleteAsync(3, 1, model: "hash"), HttpStatusCode.NotFound);
        Assert.Contains("renamed", error.GetProperty("message").GetString());
        await Answers.ReadErrorAsync(await scoped.CompleteAsync(3, 1, model: "hash"), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await scoped.CompleteAsync(3, 1, model: "renamed"), HttpStatusCode.NotFound);
        await Answers.ReadAsync(await free.CompleteAsync(3, 1, model: "renamed"));

        Assert.Equal(["hash", "renamed"], (await host.ReadLedgerAsync()).Select(row => row.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task RequestId_OfTheClient_IsInTheLedger()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("x-request-id", "mine-1");

        using HttpResponseMessage answer = await host.ChatAsync(new { messages = new[] { new { role = "user", content = "A" } }, max_tokens = 1 });

        Assert.Equal("mine-1", answer.Headers.GetValues("x-request-id").Single());
        Assert.Equal("mine-1", (await host.ReadLedgerAsync()).Single().GetProperty("request_id").GetString());
    }
}
