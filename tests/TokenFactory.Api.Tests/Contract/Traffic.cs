using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Batches;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using TokenFactory.Engine.Text;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tests.Shared.Contract;
using Xunit;

namespace TokenFactory.Api.Tests.Contract;

/// <summary>Requests of every kind, sent to real hosts once for all tests of the class, and what they were answered.</summary>
public sealed class Traffic : IAsyncLifetime
{
    private const string Thought = "<think>\nLet me see.\n</think>\n\n";

    private readonly ExchangeRecorder _recorder = new();

    /// <summary>What was asked and answered.</summary>
    internal IReadOnlyList<Exchange> Exchanges => _recorder.Exchanges;

    public async ValueTask InitializeAsync()
    {
        await PlayGenerationsAsync();
        await PlayPartsAsync(Dialect.Qwen, Thought + "I look.\n" + ToolHost.Call);
        await PlayPartsAsync(Dialect.MistralNamed, "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Paris\"}");
        await PlayPartsAsync(Dialect.Harmony, "<|channel|>analysis<|message|>Think.<|end|><|start|>assistant<|channel|>final<|message|>So.<|return|>");
        await PlayErrorsAsync();
        await PlayFilesAsync();
        await ResponseTraffic.PlayAsync(ClientOf);
        await EmbeddingTraffic.PlayAsync(ClientOf);
    }

    public ValueTask DisposeAsync()
    {
        _recorder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PlayGenerationsAsync()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = ClientOf(host);
        object[] chats =
        [
            new { messages = ToolHost.Hello, max_tokens = 5 },
            new { messages = ToolHost.Hello, max_tokens = 5, n = 3, temperature = 1.2, seed = 4, logprobs = true, top_logprobs = 3 },
            new { messages = ToolHost.Hello, max_tokens = 40, stop = Answers.Continue("user: hello\n", 6)[^2..], logprobs = true },
            new { messages = ToolHost.Hello, max_tokens = 3, service_tier = "flex", metadata = new { a = "b" }, user = "u" },
            new { messages = ToolHost.Hello, max_tokens = 60, seed = 1, response_format = new { type = "json_object" } },
        ];
        object[] completions =
        [
            new { prompt = "one", max_tokens = 5 },
            new { prompt = new[] { "one", "two" }, max_tokens = 4, n = 2, logprobs = 2 },
            new { prompt = "three", max_tokens = 4, logprobs = 0, echo = false },
            new { prompt = "four", max_tokens = 4, echo = true, stop = new[] { "zz" } },
        ];
        await PlayAsync(client, "/v1/chat/completions", chats);
        await PlayAsync(client, "/v1/completions", completions);
        await ReadAsync(client.GetAsync("/v1/models"));
        await ReadAsync(client.GetAsync("/v1/models/hash"));
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(60) }));
        using HttpClient limited = ClientOf(host, tenant.Key.Text);
        await Answers.ReadAsync(await limited.PostAsJsonAsync("/v1/chat/completions", new { messages = ToolHost.Hello }));
    }

    /// <summary>Answers with reasoning and calls, of their own accord and forced.</summary>
    private async Task PlayPartsAsync(ChatDialect dialect, string answer)
    {
        await using ApiHost host = await ToolHost.StartAsync(dialect, answer);
        using HttpClient client = ClientOf(host);
        object named = new { type = "function", function = new { name = "get_weather" } };
        await PlayAsync(
            client,
            "/v1/chat/completions",
            [
                new { messages = ToolHost.Hello, tools = ToolHost.Two, max_tokens = 200 },
                new { messages = ToolHost.Hello, tools = ToolHost.Two, max_tokens = 200, logprobs = true, top_logprobs = 1, n = 2 },
                new { messages = ToolHost.Hello, tools = ToolHost.Weather, tool_choice = named, max_tokens = 40 },
            ]);
    }

    private async Task PlayErrorsAsync()
    {
        await using ApiHost host = await ApiHost.StartAsync(environment: "Production");
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(20) }));
        using HttpClient stranger = ClientOf(host);
        using HttpClient client = ClientOf(host, tenant.Key.Text);
        await ReadAsync(stranger.PostAsJsonAsync("/v1/chat/completions", new { messages = ToolHost.Hello }));
        foreach (string body in new[] { "{", "[]", "{\"messages\":7}", "{\"model\":\"none\",\"messages\":[]}", "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"store\":true}", "{\"messages\":[{\"role\":\"user\",\"content\":\"and long\"}],\"max_tokens\":90}" })
        {
            await ReadAsync(client.PostAsync("/v1/chat/completions", new StringContent(body, System.Text.Encoding.UTF8, "application/json")));
        }
        await ReadAsync(client.PostAsJsonAsync("/v1/completions", new { prompt = "x", suffix = "y" }));
        foreach (string path in new[] { "/v1/models/none", "/v1/files/none", "/v1/batches/none", "/v1/files?limit=0", "/v1/nothing" })
        {
            await ReadAsync(client.GetAsync(path));
        }
        await ReadAsync(client.DeleteAsync("/v1/files/none"));
        await ReadAsync(client.PostAsJsonAsync("/v1/batches", new { input_file_id = "none", endpoint = "/v1/completions", completion_window = "24h" }));
    }

    private async Task PlayFilesAsync()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = ClientOf(host);
        await ReadAsync(client.GetAsync("/v1/files"));
        await ReadAsync(client.GetAsync("/v1/batches"));
        string chats = string.Join(
            '\n',
            BatchCalls.Line("good", new { messages = ToolHost.Hello, max_tokens = 3, logprobs = true }, "/v1/chat/completions"),
            BatchCalls.Line("hot", new { messages = ToolHost.Hello, temperature = 9 }, "/v1/chat/completions"));
        await PlayBatchAsync(client, chats, "/v1/chat/completions", "completed");
        await PlayBatchAsync(client, BatchCalls.Lines(2, 3), "/v1/completions", "completed");
        await PlayBatchAsync(client, "no JSON", "/v1/completions", "failed");
        host.Executor.StepTime = TimeSpan.FromMilliseconds(20);
        string cancelled = await BatchCalls.StartAsync(client, BatchCalls.Lines(2, 500));
        await ReadAsync(client.PostAsync($"/v1/batches/{cancelled}/cancel", null));
        await BatchCalls.UntilAsync(client, cancelled, "cancelled");
        await ReadAsync(client.GetAsync("/v1/files?limit=2"));
        await ReadAsync(client.GetAsync("/v1/batches?limit=1"));
        string spare = await BatchCalls.UploadAsync(client, chats);
        await ReadAsync(client.GetAsync($"/v1/files/{spare}"));
        await ReadAsync(client.DeleteAsync($"/v1/files/{spare}"));
    }

    private static async Task PlayBatchAsync(HttpClient client, string lines, string endpoint, string status)
    {
        JsonElement batch = await BatchCalls.UntilAsync(client, await BatchCalls.StartAsync(client, lines, endpoint), status);
        await BatchCalls.ReadAsync(client, batch, "output_file_id");
        await BatchCalls.ReadAsync(client, batch, "error_file_id");
    }

    /// <summary>Sends each body for a whole answer and for a streamed one.</summary>
    private static async Task PlayAsync(HttpClient client, string path, object[] bodies)
    {
        foreach (object body in bodies)
        {
            Dictionary<string, JsonElement> fields = JsonSerializer.SerializeToElement(body).EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
            await Answers.ReadAsync(await client.PostAsJsonAsync(path, fields));
            fields["stream"] = JsonSerializer.SerializeToElement(true);
            fields["stream_options"] = JsonSerializer.SerializeToElement(new { include_usage = true });
            await Answers.ReadChunksAsync(await client.PostAsJsonAsync(path, fields));
        }
    }

    private HttpClient ClientOf(ApiHost host) => ClientOf(host, null);

    private HttpClient ClientOf(ApiHost host, string? key)
    {
        HttpClient client = new(_recorder, disposeHandler: false) { BaseAddress = host.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new("Bearer", key);
        return client;
    }

    private static async Task ReadAsync(Task<HttpResponseMessage> sent)
    {
        using HttpResponseMessage response = await sent;
        await response.Content.ReadAsStringAsync();
    }
}
