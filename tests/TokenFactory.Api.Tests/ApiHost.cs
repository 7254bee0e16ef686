using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Api.Tests;

/// <summary>The API on a real server and a real engine loop; only the model is the hash executor.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, EngineLoop engine, HashExecutor executor)
    {
        _app = app;
        Engine = engine;
        Executor = executor;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public EngineLoop Engine { get; }

    public HashExecutor Executor { get; }

    public HttpClient Client { get; }

    public static async Task<ApiHost> StartAsync(Action<HashExecutor>? configure = null, Func<BatchPolicy, BatchPolicy>? policy = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddTokenFactoryApi(builder.Configuration);
        WebApplication app = builder.Build();
        app.MapTokenFactoryApi();

        ExecutorLimits limits = HashExecutor.DefaultLimits with { BlockCount = 4096, MaxContext = 2048 };
        HashExecutor executor = new(limits);
        configure?.Invoke(executor);
        ByteTokenizer tokenizer = new();
        BatchPolicy first = BatchPolicy.For(limits);
        EngineLoop engine = new(
            executor,
            new EngineOptions { ModelName = "hash", CacheIdentity = "hash", Tokenizer = tokenizer, Policy = policy?.Invoke(first) ?? first },
            [.. app.Services.GetServices<IEngineObserver>()]);
        app.Services.GetRequiredService<ModelCatalog>().Add(new ServedModel(
            "hash", engine, tokenizer, new LinesTemplate(), SamplingParameters.Greedy, new ModelFacts("Hash", 0, "/", DateTimeOffset.UtcNow, TimeSpan.Zero)));
        await app.StartAsync();
        return new ApiHost(app, engine, executor);
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
        await _app.DisposeAsync();
        Engine.Dispose();
    }

    /// <summary>Role and text, a line each.</summary>
    private sealed class LinesTemplate : IChatTemplate
    {
        public string Render(ChatPrompt prompt) =>
            string.Concat(prompt.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {message.GetProperty("content").GetString()}\n"));
    }
}
