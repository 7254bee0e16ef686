using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>A model on the emulated device behind the real loop and scheduler, and what its steps did.</summary>
internal sealed class EmulatedEngine : IEngineObserver, IDisposable
{
    private int _mixedSteps;
    private int _prefillTokens;

    /// <param name="device">Where; a test has called <see cref="EmulatedDevice.Require"/> before.</param>
    /// <param name="folder">The model.</param>
    /// <param name="options">How it is loaded; null: as <see cref="Options"/> says.</param>
    /// <param name="prefillChunk">Most tokens of a prompt that a step computes for one sequence.</param>
    /// <param name="devices">How many devices share it.</param>
    public EmulatedEngine(EmulatedDevice device, ModelFolder folder, CudaExecutorOptions? options = null, int prefillChunk = 7, int devices = 1)
    {
        CudaExecutorOptions whole = (options ?? Options) with { CacheFolder = device.KernelFolder };
        Executor = devices == 1 ? CudaModelLoader.Load(folder, whole) : CudaModelLoader.LoadDivided(folder, whole, [.. Enumerable.Range(0, devices)]);
        Loop = new EngineLoop(
            Executor,
            new EngineOptions
            {
                ModelName = "emulated",
                CacheIdentity = "emulated",
                Tokenizer = new ByteTokenizer(Executor.Limits.VocabularySize),
                Policy = BatchPolicy.For(Executor.Limits) with { PrefillChunk = prefillChunk },
            },
            [this]);
    }

    /// <summary>Small, so that steps take little time and limits are met.</summary>
    public static CudaExecutorOptions Options { get; } = new()
    {
        Precision = CudaPrecision.Float16,
        MaxSequences = 4,
        MaxStepTokens = 64,
        MaxChunks = 4,
        MaxContext = 256,
        KvMemoryBytes = 4 << 20,
    };

    public IModelExecutor Executor { get; }

    public EngineLoop Loop { get; }

    /// <summary>Steps that computed tokens of prompts and continued answers beside them.</summary>
    public int MixedSteps => Volatile.Read(ref _mixedSteps);

    /// <summary>Prompt tokens computed.</summary>
    public int PrefillTokens => Volatile.Read(ref _prefillTokens);

    public Generation Submit(int[] prompt, int most, SamplingParameters? sampling = null) => Submit(Request(prompt, most, sampling));

    public Generation Submit(GenerationRequest request)
    {
        Assert.Null(Loop.TrySubmit(request, out Generation? generation));
        return generation!;
    }

    public static GenerationRequest Request(int[] prompt, int most, SamplingParameters? sampling = null) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Tenant = "t",
        Prompt = prompt,
        MaxNewTokens = most,
        Sampling = sampling ?? SamplingParameters.Greedy,
        IgnoreEndTokens = true,
    };

    /// <summary>Reads a generation to its end, which has to be without an error.</summary>
    public static async Task<Answer> ReadAsync(Generation generation)
    {
        Answer answer = await ReadToEndAsync(generation);
        Assert.Null(answer.Outcome.Error);
        return answer;
    }

    /// <summary>The same, whatever the end is.</summary>
    public static async Task<Answer> ReadToEndAsync(Generation generation)
    {
        List<GeneratedToken> tokens = [];
        List<float> alternatives = [];
        List<int> alternativeTokens = [];
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            foreach (GeneratedToken token in delta.Tokens)
            {
                tokens.Add(token with { AlternativesOffset = alternatives.Count });
                for (int i = 0; i < token.AlternativesCount; i++)
                {
                    alternatives.Add(delta.Alternatives[token.AlternativesOffset + i].Logprob);
                    alternativeTokens.Add(delta.Alternatives[token.AlternativesOffset + i].Token);
                }
            }
        }
        return new Answer(tokens, alternativeTokens, alternatives, generation.Outcome!);
    }

    /// <summary>Runs golden cases at once, greedily, each up to so many tokens.</summary>
    public async Task<int[][]> RunAsync(IEnumerable<(int[] Prompt, int[] Output)> golden, int most = int.MaxValue)
    {
        int[][] outputs = await Task.WhenAll(golden.Select(item => RunAsync(item.Prompt, Math.Min(most, item.Output.Length))));
        Assert.Null(Loop.FindProblem());
        return outputs;
    }

    public async Task<int[]> RunAsync(int[] prompt, int most) => (await ReadAsync(Submit(prompt, most))).Ids;

    public void OnStep(in StepReport report)
    {
        Volatile.Write(ref _prefillTokens, _prefillTokens + report.PrefillTokens);
        if (report.PrefillTokens > 0 && report.GeneratedTokens > 0 && report.Rows > 1)
        {
            Volatile.Write(ref _mixedSteps, _mixedSteps + 1);
        }
    }

    public void OnFinished(Generation generation, GenerationOutcome outcome)
    {
        // Tests read outcomes from the generations themselves.
    }

    public void Dispose() => Loop.Dispose();

    /// <summary>What a generation gave; alternatives of all tokens end to end.</summary>
    internal sealed record Answer(
        IReadOnlyList<GeneratedToken> Tokens, IReadOnlyList<int> AlternativeTokens, IReadOnlyList<float> AlternativeLogprobs, GenerationOutcome Outcome)
    {
        public int[] Ids => [.. Tokens.Select(token => token.Token)];

        /// <summary>How far the alternatives beside a token are from a row of logits, in logarithms of probability.</summary>
        public IEnumerable<double> Apart(int index, double[] logits)
        {
            double most = logits.Max(), sum = most + Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
            return Enumerable.Range(Tokens[index].AlternativesOffset, Tokens[index].AlternativesCount)
                .Select(i => Math.Abs(logits[AlternativeTokens[i]] - sum - AlternativeLogprobs[i]));
        }
    }
}
