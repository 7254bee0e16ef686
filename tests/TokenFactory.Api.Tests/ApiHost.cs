using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.Files;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;
using TokenFactory.Tenancy;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Tenancy;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>The API on a real server and a real engine loop; only the model is the hash executor.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ScratchDatabase _database;

    private ApiHost(WebApplication app, ScratchDatabase database, IReadOnlyList<EngineLoop> replicas, HashExecutor executor)
    {
        _app = app;
        _database = database;
        Replicas = replicas;
        Executor = executor;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>The first replica.</summary>
    public EngineLoop Engine => Replicas[0];

    public IReadOnlyList<EngineLoop> Replicas { get; }

    public HashExecutor Executor { get; }

    /// <summary>Where the ledger is.</summary>
    public string ConnectionString => _database.ConnectionString;

    /// <summary>Sends without a key, which in Development is the tenant <c>local</c>.</summary>
    public HttpClient Client { get; }

    /// <summary>A client of the model within the process.</summary>
    public EngineChatClient ChatClient =>
        _app.Services.GetRequiredService<EngineChatClients>().ClientOf(_app.Services.GetRequiredService<ModelCatalog>().Models[0]);

    public TenantAdministration Administration => _app.Services.GetRequiredService<TenantAdministration>();

    public QuotaBook Quotas => _app.Services.GetRequiredService<QuotaBook>();

    public LedgerWriter Ledger => _app.Services.GetRequiredService<LedgerWriter>();

    public static async Task<ApiHost> StartAsync(
        Action<HashExecutor>? configure = null, Func<BatchPolicy, BatchPolicy>? policy = null, string environment = "Development",
        Func<string>? pragmas = null, FirstKeys? keys = null, int replicas = 1, ChatDialect? dialect = null, IChatTemplate? template = null,
        Action<ApiOptions>? options = null, TimeProvider? clock = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.Configure(options ?? (_ => { }));
        ScratchDatabase database = await ScratchDatabase.CreateAsync();
        builder.Services.AddTenancy(_ => database.Open(pragmas));
        builder.Services.AddTokenFactoryApi(builder.Configuration);
        builder.Services.AddBackgroundExecution(_ => new FileFolder(Path.Combine(database.Folder, "files")));
        WebApplication app = builder.Build();
        app.MapTokenFactoryApi();
        await app.Services.GetRequiredService<TenancyStart>().RunAsync(keys ?? new FirstKeys(KeySecret.Create(), KeySecret.Create()));

        ExecutorLimits limits = HashExecutor.DefaultLimits with { BlockCount = 4096, MaxContext = 2048 };
        HashExecutor[] executors =
            [.. Enumerable.Range(0, replicas).Select(index => new HashExecutor(limits) { Device = new DeviceInfo($"test:{index}", "Hash executor", "test", "none", 1 << 20) })];
        foreach (HashExecutor executor in executors)
        {
            configure?.Invoke(executor);
        }
        IReadOnlyList<EngineLoop> loops = AddModel(app, "hash", executors, policy?.Invoke(BatchPolicy.For(limits)), dialect ?? ChatDialect.Plain, template ?? new LinesTemplate());
        await app.StartAsync();
        return new ApiHost(app, database, loops, executors[0]);
    }

    /// <summary>Where contents of files lie.</summary>
    public string FileFolder => Path.Combine(_database.Folder, "files");

    /// <summary>Serves the model under another name from now on.</summary>
    public void Rename(string name, string from = "hash") => Change(from, model => model with { Name = name });

    /// <summary>Serves a model otherwise from now on.</summary>
    public void Change(string name, Func<ServedModel, ServedModel> change)
    {
        ModelCatalog catalog = _app.Services.GetRequiredService<ModelCatalog>();
        catalog.Add(change(catalog.Remove(name)!));
    }

    /// <summary>A client with a key of a tenant of its own.</summary>
    public async Task<TenantClient> AddTenantAsync(Plan? plan = null, string name = "lab", PlanLimits? keyLimits = null, IReadOnlyList<string>? models = null)
    {
        Plan made = await Administration.CreatePlanAsync("test", plan ?? TenantClient.PlanOf(PlanLimits.None, $"{name}-plan"));
        Tenant tenant = await Administration.CreateTenantAsync(
            "test", new Tenant(default, name, name, "UTC", made.Id, null, null, PlanLimits.None, TenantState.Active));
        NewKey key = await Administration.CreateKeyAsync(
            "test", new ApiKey(default, tenant.Id, "first", "", [], default, null, null, models, keyLimits ?? PlanLimits.None, null, null));
        return new TenantClient(ClientWith(key.Text), made, tenant, key);
    }

    public HttpClient ClientWith(string key)
    {
        HttpClient client = new() { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Waits until the engine runs as many requests as wanted.</summary>
    public async Task UntilRunsAsync(Predicate<int> isWanted)
    {
        while (!isWanted(Engine.Status.TotalRunning))
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All rows that have been counted, in the order in which they were written.</summary>
    public async Task<JsonElement[]> ReadLedgerAsync()
    {
        Assert.True(await Ledger.FlushAsync(), Ledger.Problem);
        using MemoryStream rows = new();
        await _app.Services.GetRequiredService<UsageExport>().WriteJsonLinesAsync(rows, new UsageQuery(DateTimeOffset.MinValue, DateTimeOffset.MaxValue));
        return [.. System.Text.Encoding.UTF8.GetString(rows.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private static EngineLoop[] AddModel(WebApplication app, string name, HashExecutor[] executors, BatchPolicy? policy, ChatDialect dialect, IChatTemplate template)
    {
        ByteTokenizer tokenizer = new();
        EngineLoop[] replicas = [.. executors.Select(executor => new EngineLoop(
            executor,
            new EngineOptions { ModelName = name, CacheIdentity = name, Tokenizer = tokenizer, Policy = policy, EndTokens = [Script.End] },
            [.. app.Services.GetServices<IEngineObserver>()]))];
        app.Services.GetRequiredService<ModelCatalog>().Add(new ServedModel(
            name, replicas, tokenizer, template, SamplingParameters.Greedy, new ModelFacts("Hash", 0, "/", DateTimeOffset.UtcNow, TimeSpan.Zero))
        {
            Dialect = dialect,
        });
        return replicas;
    }

    public Task<HttpResponseMessage> ChatAsync(object body) => Client.PostAsJsonAsync("/v1/chat/completions", body);

    /// <summary>Sends a body as it is.</summary>
    public Task<HttpResponseMessage> PostJsonAsync(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    /// <summary>Fails where an ordinary request is not answered any more.</summary>
    public async Task AssertServesAsync() =>
        await Answers.ReadAsync(await ChatAsync(new { messages = new[] { new { role = "user", content = "still there?" } }, max_tokens = 1 }));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();

        // As in the product: engines end before the ledger does, so that what they broke off is counted.
        foreach (EngineLoop replica in Replicas)
        {
            replica.Dispose();
        }
        await _app.DisposeAsync();
        _database.Dispose();
    }

    /// <summary>Role and text, a line each.</summary>
    private sealed class LinesTemplate : IChatTemplate
    {
        public string Render(ChatPrompt prompt) =>
            string.Concat(prompt.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {message.GetProperty("content").GetString()}\n"));
    }
}
