using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Clients.Tests.Node;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Clients.Tests;

/// <summary>The product as a process of its own, as clients find it in production: every request needs a key.</summary>
public sealed class ClientHost : IAsyncLifetime
{
    public const string Name = "clients";

    /// <summary>The model that serves.</summary>
    public const string Model = "demo";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("tf-clients-");
    private readonly ConcurrentDictionary<string, Lazy<Task<NodeRun>>> _runs = new();
    private HostProcess _host = null!;
    private HttpClient _admin = null!;
    private int _tenants;

    /// <summary>The key of a tenant without limits.</summary>
    public string Key { get; } = KeySecret.Create();

    /// <summary>What clients call their base address: it ends with <c>/v1</c>.</summary>
    public Uri Endpoint => new(_host.Client.BaseAddress!, "v1");

    /// <summary>The product's root, which is what Anthropic's client calls its base address.</summary>
    public Uri Root => _host.Client.BaseAddress!;

    public async ValueTask InitializeAsync()
    {
        ToolModel.Write(_model.FullName);
        string adminKey = KeySecret.Create();
        Dictionary<string, string> environment = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["TokenFactory__Bootstrap__AdminKey"] = adminKey,
            ["TokenFactory__Bootstrap__ApiKey"] = Key,
        };
        _host = await HostProcess.StartAsync(environment, "--model", $"{Model}={_model.FullName}");
        _admin = HostAdministration.ClientOf(_host, adminKey);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _host.DisposeAsync();
        _model.Delete(recursive: true);
    }

    /// <summary>A new tenant that may make so many requests a minute.</summary>
    public async Task<LimitedTenant> CreateTenantAsync(int requestsPerMinute)
    {
        string name = $"limited-{Interlocked.Increment(ref _tenants)}";
        await PostAsync("plans", new { name, limits = new { requests_per_minute = requestsPerMinute } });
        await PostAsync("tenants", new { name, plan = name });
        return new LimitedTenant(name, (await PostAsync("keys", new { tenant = name, name = "key" })).GetProperty("key").GetString()!);
    }

    /// <summary>Spends what a key's limit leaves at the moment, so that its next request is refused.</summary>
    public async Task ExhaustAsync(string key)
    {
        using HttpClient client = new() { BaseAddress = Root };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        HttpResponseMessage answer;
        do
        {
            answer = await client.PostAsJsonAsync("/v1/completions", new { prompt = "x", max_tokens = 1 });
        }
        while (answer.IsSuccessStatusCode);
        Assert.Equal(429, (int)answer.StatusCode);
    }

    /// <summary>Waits until no request runs and one of a tenant's is counted as cancelled.</summary>
    /// <returns>The tokens that were generated for it.</returns>
    public async Task<long> UntilCancelledAsync(LimitedTenant tenant)
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            string metrics = await _host.Client.GetStringAsync("/metrics", late.Token);
            string[] running = [.. metrics.Split('\n').Where(line => line.StartsWith("vllm:num_requests_running{", StringComparison.Ordinal))];
            Assert.NotEmpty(running);
            string rows = await _admin.GetStringAsync("/admin/v1/usage/export?format=jsonl", late.Token);
            JsonElement[] cancelled = [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => JsonElement.Parse(row))
                .Where(row => row.GetProperty("tenant").GetString() == tenant.Name && row.GetProperty("outcome").GetString() == "cancelled")];
            if (cancelled.Length > 0 && running.All(line => line.EndsWith(" 0", StringComparison.Ordinal)))
            {
                return cancelled[0].GetProperty("generated_tokens").GetInt64();
            }
            await Task.Delay(20, late.Token);
        }
    }

    /// <summary>What a script printed; it runs once for all tests. Skips the calling test where it cannot run.</summary>
    internal Task<NodeRun> RunNodeAsync(string script)
    {
        NodeRun.Require();
        return _runs.GetOrAdd(script, _ => new Lazy<Task<NodeRun>>(async () => await NodeRun.RunAsync(this, script, await CreateTenantAsync(NodeRun.RequestsPerMinute)))).Value;
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using HttpResponseMessage response = await _admin.PostAsJsonAsync($"/admin/v1/{path}", body);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonElement.Parse(answer);
    }
}

/// <summary>A tenant with a limit of its own.</summary>
/// <param name="Name">Its name in the books.</param>
/// <param name="Key">Its key.</param>
public sealed record LimitedTenant(string Name, string Key);

/// <summary>Classes that share the host. They run one by one: some wait until nothing runs.</summary>
[CollectionDefinition(ClientHost.Name)]
public sealed class ClientCollection : ICollectionFixture<ClientHost>;
