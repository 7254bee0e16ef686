using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tracing;
using TokenFactory.Engine.Execution;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Spans say what the client was told.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GenerationSpan.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task Chat_SeveralAnswers_AreOneSpanWithTheirSums()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.Client.PostAsJsonAsync(
            "/v1/chat/completions", new { messages = new[] { new { role = "user", content = "Say" } }, max_tokens = 6, n = 2 }));

        Activity span = await SpanOfAsync(answer.GetProperty("id").GetString()!);
        Assert.Equal("chat hash", span.DisplayName);
        Assert.Equal(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt64(), span.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(["length"], (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
        Assert.True((double)span.GetTagItem("tokenfactory.time_to_first_token_seconds")! > 0);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Embeddings_OfSeveralTexts_AreOneSpanWithoutOutput()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/embeddings", new { input = new[] { "trace", "these" } }));

        Activity span = await UntilAsync(one => one.DisplayName == "embeddings hash");
        Assert.Equal("embeddings", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal((10L, 0L), (span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens")));
        Assert.Equal(["stop"], (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
    }

    [Fact]
    public async Task Completion_ThatFails_IsASpanWithAnError()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => throw new ExecutorException("unspecified launch failure"));

        using HttpResponseMessage response = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "x", max_tokens = 6 });

        Assert.False(response.IsSuccessStatusCode);
        Activity span = await UntilAsync(one => one.Status == ActivityStatusCode.Error && one.DisplayName == "text_completion hash");
        Assert.Equal(("text_completion hash", "failed"), (span.DisplayName, span.GetTagItem("error.type")));
    }

    public void Dispose() => _listener.Dispose();

    private Task<Activity> SpanOfAsync(string id) => UntilAsync(one => (string?)one.GetTagItem("gen_ai.response.id") == id);

    private async Task<Activity> UntilAsync(Predicate<Activity> isWanted)
    {
        for (int i = 0; i < 500; i++)
        {
            if (_ended.FirstOrDefault(one => isWanted(one)) is { } found)
            {
                return found;
            }
            await Task.Delay(10);
        }
        throw new TimeoutException("no such span has ended");
    }
}
