using System.Net.Http.Headers;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>A server that answers <c>POST /v1/completions</c> as OpenAI describes it, ours or another.</summary>
internal sealed class HttpTarget : IBenchTarget
{
    private const int WarmUpTokens = 8;

    // A server that says nothing for so long is not going to.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client;
    private readonly CompletionDialect[] _dialects;
    private readonly TimeProvider _clock;
    private CompletionDialect _dialect;

    private HttpTarget(HttpClient client, TargetFacts facts, CompletionDialect[] dialects, TimeProvider clock)
    {
        (_client, Facts, _dialects, _clock) = (client, facts, dialects, clock);
        _dialect = dialects[0];
    }

    public TargetFacts Facts { get; }

    /// <summary>Looks what the server serves.</summary>
    /// <param name="url">Its address, with or without <c>/v1</c>.</param>
    /// <param name="settings">How it is asked.</param>
    /// <param name="clock">Says when tokens arrive.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchException">Nothing answers there, or it does not serve the model.</exception>
    public static async Task<HttpTarget> ConnectAsync(Uri url, HttpTargetSettings settings, TimeProvider clock, CancellationToken cancellation)
    {
        string address = url.AbsoluteUri.TrimEnd('/');
        address = address.EndsWith("/v1", StringComparison.Ordinal) ? address : $"{address}/v1";
        HttpClient client = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan, ConnectTimeout = TimeSpan.FromSeconds(15) })
        {
            BaseAddress = new Uri($"{address}/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (settings.Key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.Key);
        }
        if (settings.Lane is not null)
        {
            client.DefaultRequestHeaders.Add(Playground.LaneNames.Header, settings.Lane);
        }
        try
        {
            ModelEntry model = await FindModelAsync(client, settings.Model, cancellation);
            TargetFacts facts = new("http", model.Id, settings.Vocabulary) { Url = address, Context = model.MaxModelLen };
            return new HttpTarget(client, facts, Dialects(settings.Prompts), clock);
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested && HttpProblem.Of(problem) is { } known)
        {
            client.Dispose();
            throw new BenchException($"{url} cannot be measured. {known.Message}", problem);
        }
    }

    public void BeginRun()
    {
    }

    public EngineUse? EndRun() => null;

    /// <summary>Finds out how the server wants to be asked.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(WorkloadRequest request, PromptMaker prompts, CancellationToken cancellation)
    {
        WorkloadRequest small = new(Math.Min(request.PromptTokens, WarmUpTokens), Math.Min(request.OutputTokens, WarmUpTokens));
        HttpProblem? first = null;
        foreach (CompletionDialect dialect in _dialects)
        {
            try
            {
                await ExchangeAsync(dialect, small, -1, prompts, new RequestRecord(small, 0, new RunCounts()), cancellation);
                _dialect = dialect;
                return [.. Describe(dialect, first)];
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested && HttpProblem.Of(problem) is { } known)
            {
                first ??= known;
                if (!known.IsRefusal)
                {
                    throw new BenchException($"{Facts.Url} cannot be measured. {known.Message}", problem);
                }
            }
        }
        throw new BenchException($"{Facts.Url} refuses every form of request. {first!.Message}", first);
    }

    public async Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation)
    {
        try
        {
            RequestUsage usage = await ExchangeAsync(_dialect, request, index, prompts, record, cancellation);
            record.Complete(usage, _clock.GetTimestamp());
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested && HttpProblem.Of(problem) is { } known)
        {
            record.Fail(known.Message, _clock.GetTimestamp(), known.IsGone);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CompletionDialect[] Dialects(PromptForm? form) =>
        [.. new CompletionDialect[] { new(true, true), new(false, true), new(true, false), new(false, false) }.Where(one => form is null || one.TakesIds == (form == PromptForm.Ids))];

    private static async Task<ModelEntry> FindModelAsync(HttpClient client, string? wanted, CancellationToken cancellation)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        using HttpResponseMessage answer = await client.GetAsync("models", late.Token);
        if (!answer.IsSuccessStatusCode)
        {
            return answer.StatusCode == System.Net.HttpStatusCode.NotFound && wanted is not null ? new ModelEntry(wanted) : throw await HttpProblem.OfAsync(answer, late.Token);
        }
        ModelList? list = await answer.Content.ReadFromJsonAsync(CompletionWireJson.Default.ModelList, late.Token);
        ModelEntry[] models = list?.Data ?? [];
        string names = models.Length == 0 ? "no model" : string.Join(", ", models.Select(model => model.Id));
        return wanted switch
        {
            null when models.Length == 1 => models[0],
            null => throw new HttpProblem($"It serves {names}; name one with --model NAME."),
            _ when models.Length == 0 => new ModelEntry(wanted),
            _ => Array.Find(models, model => model.Id == wanted) ?? throw new HttpProblem($"It does not serve {wanted} but {names}."),
        };
    }

    private static IEnumerable<string> Describe(CompletionDialect dialect, HttpProblem? refusal)
    {
        if (!dialect.TakesIds)
        {
            yield return $"Prompts are words, a token each or more, as the server counts them.{(refusal is null ? "" : $" It takes no token ids: {refusal.Message}")}";
        }
        if (!dialect.TakesExtensions)
        {
            yield return $"Answers end where the model ends them, since the server does not go on past that when asked (ignore_eos). {refusal?.Message}";
        }
    }

    private async Task<RequestUsage> ExchangeAsync(
        CompletionDialect dialect, WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using HttpRequestMessage message = new(HttpMethod.Post, "completions") { Content = new ByteArrayContent(dialect.Write(Facts.Model, request, index, prompts)) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        late.CancelAfter(Patience);
        record.Send(_clock.GetTimestamp());
        using HttpResponseMessage answer = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, late.Token);
        if (!answer.IsSuccessStatusCode)
        {
            throw await HttpProblem.OfAsync(answer, late.Token);
        }
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            throw new HttpProblem($"The server answered with {answer.Content.Headers.ContentType?.MediaType ?? "nothing"} in place of a stream of events.");
        }
        return await new CompletionReader(record, _clock, () => late.CancelAfter(Patience)).ReadAsync(await answer.Content.ReadAsStreamAsync(late.Token), late.Token);
    }
}

/// <summary>How a server is asked.</summary>
/// <param name="Model">The model; null where it serves one.</param>
/// <param name="Key">The key; null for none.</param>
/// <param name="Lane">The lane, where the server is one of ours.</param>
/// <param name="Prompts">What prompts are; null: token ids, or words where it takes none.</param>
/// <param name="Vocabulary">Token ids lie below this.</param>
internal sealed record HttpTargetSettings(string? Model, string? Key, string? Lane, PromptForm? Prompts, int Vocabulary);

/// <summary>What a prompt is sent as.</summary>
internal enum PromptForm
{
    /// <summary>Token ids, so that its length is exact.</summary>
    Ids,

    /// <summary>Words.</summary>
    Text,
}
