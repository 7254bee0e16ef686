using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>A model folder behind a real engine loop, asked in token ids.</summary>
internal sealed class MeasuredModel : IDisposable
{
    private readonly EngineLoop _loop;
    private readonly int _vocabulary;
    private int _requests;

    private MeasuredModel(EngineLoop loop, int vocabulary)
    {
        _loop = loop;
        _vocabulary = vocabulary;
    }

    public string Precision => _loop.Device.Precision;

    /// <summary>
    /// Loads the folder that <c>--model FOLDER</c> names, in the precision of <c>--precision</c>. Its queue is as long as it gets where
    /// <paramref name="takesAll"/> says so.
    /// </summary>
    public static MeasuredModel Load(string[] args, int sequences, int context, bool takesAll = false)
    {
        ModelFolder folder = ModelFolder.Open(Arguments.Require(args, "--model", "a model folder; tools/RandomModel writes one of any shape"));
        OnnxModelExecutor executor = OnnxModelExecutor.Load(folder, new OnnxExecutorOptions
        {
            MaxSequences = sequences,
            MaxContext = context,
            Precision = Enum.Parse<WeightPrecision>(Arguments.Find(args, "--precision") ?? nameof(WeightPrecision.Auto), ignoreCase: true),
        });
        EngineLoop loop = new(executor, new EngineOptions
        {
            ModelName = folder.Name,
            CacheIdentity = folder.Path,
            Tokenizer = new ByteTokenizer(folder.Spec.VocabularySize),
            Policy = takesAll ? BatchPolicy.For(executor.Limits) with { QueueRequests = 1_000_000, QueueTokens = 1_000_000_000 } : null,
        });
        return new MeasuredModel(loop, folder.Spec.VocabularySize);
    }

    /// <summary>Tokens guessed ahead so far, and those of them that were right.</summary>
    public (long Drafted, long Accepted) Drafts => (_loop.Status.Drafted, _loop.Status.Accepted);

    /// <summary>Lets the engine guess tokens ahead, as many as it starts with, or none.</summary>
    public Task SetDraftsAsync(bool on) =>
        _loop.ChangePolicyAsync(on ? BatchPolicy.For(_loop.Limits) : BatchPolicy.For(_loop.Limits) with { DraftTokens = 0 }, "measurement", "drafts");

    /// <summary>A prompt of random tokens; the same seed gives the same one.</summary>
    public int[] RandomPrompt(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(_vocabulary))];
    }

    /// <summary>Generates past end tokens, greedily unless a temperature is given. Prefixes are shared only under the same <paramref name="salt"/>.</summary>
    /// <returns>The tokens and how it went.</returns>
    public async Task<(int[] Tokens, GenerationOutcome Outcome)> GenerateAsync(
        int[] prompt, int newTokens, string salt = "", float temperature = 0, string tenant = "bench", double weight = 1)
    {
        GenerationRequest request = new()
        {
            Id = $"r{Interlocked.Increment(ref _requests)}",
            Tenant = tenant,
            TenantWeight = weight,
            Prompt = prompt,
            MaxNewTokens = newTokens,
            Sampling = SamplingParameters.Greedy with { Temperature = temperature, Seed = 1 },
            IgnoreEndTokens = true,
            CacheSalt = salt,
        };
        if (_loop.TrySubmit(request, out Generation? generation) is { } rejection)
        {
            throw new InvalidOperationException(rejection.Message);
        }
        GenerationDelta delta = new();
        List<int> tokens = new(newTokens);
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
            tokens.AddRange(delta.Tokens.Select(token => token.Token));
        }
        return ([.. tokens], generation.Outcome!);
    }

    /// <summary>Where every tenant with work stands.</summary>
    public async Task<IReadOnlyList<ShareSnapshot>> SharesAsync() => (await _loop.SnapshotAsync()).Shares;

    public void Dispose() => _loop.Dispose();
}
