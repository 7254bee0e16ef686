using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.BrowserTests;

/// <summary>A product with a plan, a tenant, a key, some usage and a stream under way, so that no page is empty. One for a class of tests.</summary>
public sealed class SeededHost : IAsyncLifetime
{
    private static readonly string AdminKey = KeySecret.Create();

    private HostProcess? _host;
    private StreamingClient? _client;

    internal Uri Address => _host!.Client.BaseAddress!;

    internal HostProcess Host => _host!;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Find() is null)
        {
            return;
        }
        _host = await HostProcess.StartAsync(new Dictionary<string, string> { ["TokenFactory__Bootstrap__AdminKey"] = AdminKey });
        await AdministerAsync("plans", new { name = "small", limits = new { requests_per_minute = 60, tokens_per_day = new { amount = 1_000_000, shadow = true } } });
        await AdministerAsync("tenants", new { name = "lab", plan = "small" });
        string key = (await AdministerAsync("keys", new { tenant = "lab", name = "laptop" })).GetProperty("key").GetString()!;
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions") { Content = JsonContent.Create(new { prompt = "Once", max_tokens = 8 }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage answer = await _host.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        _client = new StreamingClient(Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private async Task<JsonElement> AdministerAsync(string what, object body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/admin/v1/{what}") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using HttpResponseMessage answer = await _host!.Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
