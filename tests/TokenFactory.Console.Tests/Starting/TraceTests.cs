using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Starting;

/// <summary>A host that sends its traces to a collector: a real one's HTTP endpoint, which keeps what it gets.</summary>
public sealed class TraceTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _bodies = new();
    private readonly WebApplication _collector;

    public TraceTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _collector = builder.Build();
        _collector.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body);
            // Protobuf writes texts as their UTF-8.
            _bodies.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            return Results.Bytes([], "application/x-protobuf");
        });
    }

    [Fact]
    public async Task Request_OfATracedClient_IsASpanWithItsCounts()
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        await _collector.StartAsync(TestContext.Current.CancellationToken);
        await using HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            },
            "--model", Path.Combine(SharedData.RepositoryRoot, "models/demo"));
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions") { Content = JsonContent.Create(new { prompt = "Once upon a time", max_tokens = 7, temperature = 0 }) };
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");

        using HttpResponseMessage response = await host.Client.SendAsync(request);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        string span = await UntilAsync("text_completion demo");
        foreach (string expected in new[]
        {
            "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons", "tokenfactory.lane",
            answer.GetProperty("id").GetString()!, "token-factory", Encoding.Latin1.GetString(Convert.FromHexString(TraceId)),
        })
        {
            Assert.Contains(expected, span, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    private async Task<string> UntilAsync(string name)
    {
        for (int i = 0; i < 300; i++)
        {
            if (_bodies.FirstOrDefault(body => body.Contains(name, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
            await Task.Delay(100);
        }
        throw new TimeoutException($"no span \"{name}\" among {_bodies.Count} exports");
    }
}
