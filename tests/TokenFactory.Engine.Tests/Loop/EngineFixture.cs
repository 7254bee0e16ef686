using System.Text;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>A real loop over the hash executor.</summary>
internal sealed class EngineFixture : IDisposable
{
    public EngineFixture(ExecutorLimits? limits = null, BatchPolicy? policy = null, int endToken = -1, int endAfter = int.MaxValue, Action<HashExecutor>? configure = null, Func<double?>? watts = null, string deviceId = "test:0")
    {
        Executor = new HashExecutor(limits, endToken, endAfter) { Device = new DeviceInfo(deviceId, "Hash executor", "test", "none", 1 << 20) };
        configure?.Invoke(Executor);
        Loop = new EngineLoop(
            Executor,
            new EngineOptions
            {
                ModelName = "hash",
                CacheIdentity = "hash",
                Tokenizer = new ByteTokenizer(),
                EndTokens = endToken >= 0 ? [endToken] : [],
                Policy = policy,
                Watts = watts,
            });
    }

    public HashExecutor Executor { get; }

    public EngineLoop Loop { get; }

    public static int[] Prompt(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public static GenerationRequest Request(string prompt, int? maxNewTokens = 8, string tenant = "t") => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Tenant = tenant,
        Prompt = Prompt(prompt),
        MaxNewTokens = maxNewTokens,
        Sampling = SamplingParameters.Greedy,
    };

    public Generation Submit(GenerationRequest request)
    {
        Rejection? rejection = Loop.TrySubmit(request, out Generation? generation);
        return generation ?? throw new InvalidOperationException(rejection!.Message);
    }

    /// <summary>Reads a generation to its end.</summary>
    public static async Task<Answer> ReadAsync(Generation generation)
    {
        StringBuilder text = new();
        List<int> tokens = [];
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            text.Append(Encoding.UTF8.GetString(delta.Text.Span));
            tokens.AddRange(delta.Tokens.Select(token => token.Token));
        }
        return new Answer(text.ToString(), [.. tokens], generation.Outcome!);
    }

    public Task<Answer> RunAsync(GenerationRequest request) => ReadAsync(Submit(request));

    public void Dispose() => Loop.Dispose();

    internal sealed record Answer(string Text, int[] Tokens, GenerationOutcome Outcome);
}
