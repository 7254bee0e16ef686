using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Keys;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>The administration over real HTTP.</summary>
public sealed class AdministrationTests : IAsyncLifetime
{
    private static readonly string AdminKey = KeySecret.Create();

    private ApiHost _host = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(keys: new FirstKeys(AdminKey, KeySecret.Create()));
        _admin = _host.ClientWith(AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task PlanTenantAndKey_MadeOverHttp_ServeAndAreListed()
    {
        JsonElement plan = await PostAsync("plans", """
            {"name": "large", "limits": {"tokens_per_month": 1000, "requests_per_minute": {"amount": 5, "shadow": true}},
             "features": [{"feature": "deep-research", "uses": 150, "window": "month"}], "lanes": ["interactive", "batch"], "weight": 2, "max_tokens_per_request": 64}
            """);
        await PostAsync("tenants", """{"name": "lab", "display_name": "The lab", "plan": "large", "time_zone": "Europe/Berlin", "limits": {"tokens_per_day": 500}}""");
        JsonElement key = await PostAsync("keys", """{"tenant": "lab", "name": "first", "models": ["hash"], "limits": {"concurrent_requests": 4}}""");
        using HttpClient client = _host.ClientWith(key.GetProperty("key").GetString()!);

        await Answers.ReadAsync(await client.PostAsJsonAsync("/v1/completions", new { prompt = "abc", max_tokens = 5 }));
        JsonElement usage = await Answers.ReadAsync(await client.GetAsync("/v1/usage"));

        Assert.Equal(("lab", "large", "Europe/Berlin"), (
            usage.GetProperty("tenant").GetString(), usage.GetProperty("plan").GetString(), usage.GetProperty("time_zone").GetString()));
        Assert.Equal(
            [("requests_per_minute", "plan", "tenant"), ("tokens_per_day", "tenant", "tenant"), ("tokens_per_month", "plan", "tenant"), ("concurrent_requests", "key", "key")],
            usage.GetProperty("limits").EnumerateArray().Select(limit => (
                limit.GetProperty("name").GetString(), limit.GetProperty("source").GetString(), limit.GetProperty("scope").GetString())));
        Assert.Equal(1, plan.GetProperty("version").GetInt32());
        Assert.Contains("\"deep-research\"", plan.GetRawText());
        JsonElement keys = await GetAsync("keys?tenant=lab");
        Assert.False(keys.GetProperty("data")[0].TryGetProperty("key", out _), "the text is shown once");
        Assert.Equal("active", keys.GetProperty("data")[0].GetProperty("state").GetString());
        Assert.Equal(["lab", "local"], (await GetAsync("tenants")).GetProperty("data").EnumerateArray().Select(tenant => tenant.GetProperty("name").GetString()));
        Assert.Equal(2, (await GetAsync("tenants/lab/limits")).GetProperty("data").GetArrayLength());
        Assert.True((await GetAsync("limits")).GetProperty("data").GetArrayLength() >= 3);
    }

    [Fact]
    public async Task Plan_ReplacedAndDeleted_IsSo()
    {
        JsonElement plan = await PostAsync("plans", """{"name": "small", "limits": {"tokens_per_day": 10}}""");

        JsonElement replaced = await Answers.ReadAsync(await _admin.PutAsync("/admin/v1/plans/small", Json("""{"name": "tiny", "limits": {"tokens_per_day": 5}}""")));

        Assert.Equal(plan.GetProperty("id").GetString(), replaced.GetProperty("id").GetString());
        Assert.Equal(("tiny", 2, 5), (
            replaced.GetProperty("name").GetString(), replaced.GetProperty("version").GetInt32(),
            replaced.GetProperty("limits").GetProperty("tokens_per_day").GetProperty("amount").GetInt32()));
        await Answers.ReadErrorAsync(await _admin.DeleteAsync("/admin/v1/plans/default"), HttpStatusCode.Conflict);
        await Answers.ReadAsync(await _admin.DeleteAsync("/admin/v1/plans/tiny"));
        await Answers.ReadErrorAsync(await _admin.GetAsync("/admin/v1/plans/tiny"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Tenant_SuspendedAndDeleted_StopsItsKeys()
    {
        await PostAsync("tenants", """{"name": "lab", "plan": "default"}""");
        string id = (await PostAsync("keys", """{"tenant": "lab", "name": "k"}""")).GetProperty("key").GetString()!;
        using HttpClient client = _host.ClientWith(id);

        await Answers.ReadAsync(await _admin.PutAsync("/admin/v1/tenants/lab", Json("""{"name": "lab", "plan": "default", "state": "suspended"}""")));
        await Answers.ReadErrorAsync(await client.GetAsync("/v1/models"), HttpStatusCode.Forbidden);
        await Answers.ReadAsync(await _admin.PutAsync("/admin/v1/tenants/lab", Json("""{"name": "lab", "plan": "default"}""")));
        await Answers.ReadAsync(await client.GetAsync("/v1/models"));
        await Answers.ReadAsync(await _admin.DeleteAsync("/admin/v1/tenants/lab"));
        await Answers.ReadErrorAsync(await client.GetAsync("/v1/models"), HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Key_RotatedAndRevoked_IsSo()
    {
        JsonElement first = await PostAsync("keys", """{"tenant": "local", "name": "k"}""");
        string path = $"keys/{first.GetProperty("id").GetString()}";

        JsonElement second = await PostAsync($"{path}/rotate", """{"overlap_seconds": 3600}""");

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("rotated_from").GetString());
        using HttpClient oldClient = _host.ClientWith(first.GetProperty("key").GetString()!);
        using HttpClient newClient = _host.ClientWith(second.GetProperty("key").GetString()!);
        await Answers.ReadAsync(await oldClient.GetAsync("/v1/models"));
        await Answers.ReadAsync(await newClient.GetAsync("/v1/models"));
        Assert.Equal("revoked", (await Answers.ReadAsync(await _admin.DeleteAsync($"/admin/v1/{path}"))).GetProperty("state").GetString());
        await Answers.ReadErrorAsync(await oldClient.GetAsync("/v1/models"), HttpStatusCode.Unauthorized);
        await Answers.ReadErrorAsync(await _admin.PostAsync($"/admin/v1/{path}/rotate", Json("{}")), HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Usage_SummedAndExported_HoldsTheRequests()
    {
        for (int i = 0; i < 3; i++)
        {
            await _host.AssertServesAsync();
        }
        Assert.True(await _host.Ledger.FlushAsync());

        JsonElement sum = (await GetAsync("usage?tenant=local&period=month")).GetProperty("data")[0];
        string csv = await _admin.GetStringAsync("/admin/v1/usage/export?format=csv&tenant=local");
        string lines = await _admin.GetStringAsync("/admin/v1/usage/export?format=jsonl");

        Assert.Equal((3, 3), (sum.GetProperty("requests").GetInt32(), sum.GetProperty("generated_tokens").GetInt32()));
        Assert.Equal(4, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(3, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        JsonElement ledger = await GetAsync("ledger/verify");
        Assert.Equal((true, 3), (ledger.GetProperty("whole").GetBoolean(), ledger.GetProperty("rows").GetInt32()));
    }

    [Fact]
    public async Task Audit_AfterChanges_SaysWhoDidWhat()
    {
        await PostAsync("plans", """{"name": "small"}""");

        JsonElement entry = (await GetAsync("audit?limit=1")).GetProperty("data")[0];

        Assert.Equal(("administrator", "plan.create", "small"), (
            entry.GetProperty("actor").GetString(), entry.GetProperty("action").GetString(), entry.GetProperty("subject").GetString()));
    }

    [Theory]
    [InlineData("plans", """{"name": "x", "limits": {"tokens_per_day": -1}}""", "0 (nothing) or more")]
    [InlineData("plans", """{"name": "x", "limits": {"tokens_per_day": 9223372036854775808}}""", "out of range")]
    [InlineData("plans", """{"name": "x", "limits": {"tokens_per_day": "many"}}""", "limits.tokens_per_day")]
    [InlineData("plans", """{"name": "x", "limits": {"tokens_per_year": 1}}""", "limits.tokens_per_year")]
    [InlineData("plans", """{"name": "x", "colour": "red"}""", "colour")]
    [InlineData("plans", """{"name": "x", "lanes": ["fast"]}""", "lanes")]
    [InlineData("plans", """{"name": "x", "features": [{"feature": "f", "uses": 1, "window": "year"}]}""", "features[0].window")]
    [InlineData("plans", """{"name": "x", "weight": 0}""", "weight")]
    [InlineData("plans", """{"limits": {}}""", "name must be")]
    [InlineData("plans", """[]""", "object")]
    [InlineData("plans", """{""", "JSON")]
    [InlineData("tenants", """{"name": "t", "plan": "none"}""", "plan")]
    [InlineData("tenants", """{"name": "t", "plan": "default", "time_zone": "Mars/Base"}""", "time_zone")]
    [InlineData("tenants", """{"name": "t", "plan": "default", "state": "asleep"}""", "state")]
    [InlineData("keys", """{"name": "k"}""", "tenant")]
    [InlineData("keys", """{"tenant": "nobody", "name": "k"}""", "nobody")]
    [InlineData("keys", """{"tenant": "local", "name": "k", "expires_at": "2020-01-01T00:00:00Z"}""", "past")]
    [InlineData("keys", """{"tenant": "local", "name": "k", "expires_at": "soon"}""", "expires_at")]
    public async Task Body_Bad_IsRefusedByField(string path, string body, string words)
    {
        JsonElement error = await Answers.ReadErrorAsync(await _admin.PostAsync($"/admin/v1/{path}", Json(body)), HttpStatusCode.BadRequest);

        Assert.Contains(words, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("usage?from=yesterday", "from")]
    [InlineData("usage?from=2026-02-01&to=2026-01-01", "from")]
    [InlineData("usage?period=decade", "period")]
    [InlineData("usage?tenant=nobody", "tenant")]
    [InlineData("usage/export?format=xml", "format")]
    [InlineData("audit?limit=0", "limit")]
    public async Task Query_Bad_IsRefusedByParameter(string path, string parameter)
    {
        JsonElement error = await Answers.ReadErrorAsync(await _admin.GetAsync($"/admin/v1/{path}"), HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("plans/none")]
    [InlineData("tenants/none")]
    [InlineData("keys/none")]
    [InlineData("nothing-like-this")]
    public async Task Path_OfNothing_IsNotFound(string path) =>
        await Answers.ReadErrorAsync(await _admin.GetAsync($"/admin/v1/{path}"), HttpStatusCode.NotFound);

    [Fact]
    public async Task Guard_WithoutAnAdministratorsKey_LetsNobodyIn()
    {
        using HttpClient tenant = _host.ClientWith((await PostAsync("keys", """{"tenant": "local", "name": "k"}""")).GetProperty("key").GetString()!);

        await Answers.ReadErrorAsync(await _host.Client.GetAsync("/admin/v1/plans"), HttpStatusCode.Unauthorized);
        await Answers.ReadErrorAsync(await _host.Client.GetAsync("/admin/v1/nothing"), HttpStatusCode.Unauthorized);
        await Answers.ReadErrorAsync(await tenant.GetAsync("/admin/v1/plans"), HttpStatusCode.Forbidden);
        await Answers.ReadErrorAsync(await tenant.PostAsync("/admin/v1/keys", Json("""{"admin": true, "name": "mine"}""")), HttpStatusCode.Forbidden);
        JsonElement second = await PostAsync("keys", """{"admin": true, "name": "second"}""");
        using HttpClient other = _host.ClientWith(second.GetProperty("key").GetString()!);
        await Answers.ReadAsync(await other.GetAsync("/admin/v1/plans"));
        await Answers.ReadAsync(await _admin.DeleteAsync($"/admin/v1/keys/{second.GetProperty("id").GetString()}"));
        await Answers.ReadErrorAsync(await other.GetAsync("/admin/v1/plans"), HttpStatusCode.Unauthorized);
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private async Task<JsonElement> GetAsync(string path) => await Answers.ReadAsync(await _admin.GetAsync($"/admin/v1/{path}"));

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using HttpResponseMessage response = await _admin.PostAsync($"/admin/v1/{path}", Json(body));
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
