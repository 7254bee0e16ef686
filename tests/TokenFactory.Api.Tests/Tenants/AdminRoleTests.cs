using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Keys;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

/// <summary>Administrators' keys of each role before the administration's doors.</summary>
public sealed class AdminRoleTests : IAsyncLifetime
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

    [Theory]
    [InlineData("viewer", false, false)]
    [InlineData("operator", false, false)]
    [InlineData("quota-admin", true, false)]
    [InlineData("admin", true, true)]
    public async Task Key_OfARole_OpensItsDoorsOnly(string role, bool keepsTenants, bool administers)
    {
        JsonElement made = await Answers.ReadAsync(await _admin.PostAsJsonAsync("/admin/v1/keys", new { admin = true, name = role, role }));
        Assert.Equal(role, made.GetProperty("role").GetString());
        using HttpClient client = _host.ClientWith(made.GetProperty("key").GetString()!);
        JsonElement keys = await Answers.ReadAsync(await client.GetAsync("/admin/v1/keys"));
        string first = keys.GetProperty("data").EnumerateArray().First(key => key.GetProperty("admin").GetBoolean()).GetProperty("id").GetString()!;

        await AssertAsync(true, client.GetAsync("/admin/v1/tenants"));
        await AssertAsync(keepsTenants, client.PostAsJsonAsync("/admin/v1/plans", new { name = $"plan-{role}" }));
        await AssertAsync(keepsTenants, client.PutAsJsonAsync("/admin/v1/tenants/local", new { name = "local", display_name = "Local", plan = "default", time_zone = "UTC" }));
        await AssertAsync(keepsTenants, client.PostAsJsonAsync("/admin/v1/keys", new { tenant = "local", name = "till" }));
        await AssertAsync(keepsTenants, client.GetAsync("/admin/v1/usage/export?format=csv&from=2026-01-01&to=2026-12-31"));
        await AssertAsync(administers, client.PostAsJsonAsync("/admin/v1/keys", new { admin = true, name = "more" }));
        await AssertAsync(administers, client.PostAsJsonAsync($"/admin/v1/keys/{first}/rotate", new { overlap_seconds = 60 }));
        await AssertAsync(administers, client.DeleteAsync($"/admin/v1/keys/{first}"));
    }

    [Theory]
    [InlineData("""{"admin": true, "name": "x", "role": "root"}""")]
    [InlineData("""{"tenant": "local", "name": "x", "role": "admin"}""")]
    public async Task Role_ThatMakesNoSense_IsRefusedByField(string body)
    {
        using HttpResponseMessage answer = await _admin.PostAsync("/admin/v1/keys", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"param\":\"role\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task AssertAsync(bool isOpen, Task<HttpResponseMessage> asked)
    {
        using HttpResponseMessage answer = await asked;
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(isOpen == answer.IsSuccessStatusCode, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath}: {(int)answer.StatusCode} {text}");
        if (!isOpen)
        {
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("role_not_sufficient", text);
        }
    }
}
