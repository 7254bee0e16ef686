using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>A trained model behind the engine's loop: with drafts it generates to the token what it generates without, and logprobs to the bit.</summary>
public sealed class SpeculationTests : IDisposable
{
    private readonly TestFolder _cache = new();

    [Theory]
    [InlineData(WeightPrecision.Fp32, OnnxKvPrecision.Fp32)]
    [InlineData(WeightPrecision.Int8, OnnxKvPrecision.Fp16)]
    [InlineData(WeightPrecision.Int4, OnnxKvPrecision.Int8)]
    public async Task Generate_WithDrafts_GivesTheSameTokensAndLogprobs(WeightPrecision precision, OnnxKvPrecision kv)
    {
        ModelFolder folder = GoldenCases.Folder();
        int[] story = GoldenCases.Load()[0].Prompt;
        // A prompt that says everything twice, which the model then goes on quoting.
        int[] prompt = [.. story, .. GoldenCases.Load()[0].Output, .. story, .. GoldenCases.Load()[0].Output.Take(4)];
        SamplingParameters[] ways =
        [
            SamplingParameters.Greedy with { Logprobs = true, TopLogprobs = 3 },
            SamplingParameters.Greedy with { Temperature = 0.7f, Seed = 11, Logprobs = true },
            SamplingParameters.Greedy with { Temperature = 1, TopP = 0.9f, Seed = 3, RepetitionPenalty = 1.1f },
        ];
        (int[] Tokens, float[] Logprobs)[] expected = await GenerateAsync(folder, precision, kv, prompt, ways, drafts: false);
        (int[] Tokens, float[] Logprobs)[] answers = await GenerateAsync(folder, precision, kv, prompt, ways, drafts: true);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Tokens, answers[i].Tokens);
            Assert.Equal(expected[i].Logprobs, answers[i].Logprobs);
        }
    }

    public void Dispose() => _cache.Dispose();

    private async Task<(int[] Tokens, float[] Logprobs)[]> GenerateAsync(
        ModelFolder folder, WeightPrecision precision, OnnxKvPrecision kv, int[] prompt, SamplingParameters[] ways, bool drafts)
    {
        OnnxModelExecutor executor = OnnxModelExecutor.Load(folder, new OnnxExecutorOptions
        {
            CacheFolder = _cache.Path,
            KvMemoryBytes = 64 << 20,
            MaxSequences = 4,
            Threads = 2,
            Precision = precision,
            KvPrecision = kv,
        });
        BatchPolicy policy = BatchPolicy.For(executor.Limits);
        using EngineLoop loop = new(executor, new EngineOptions
        {
            ModelName = folder.Name,
            CacheIdentity = folder.Path,
            Tokenizer = new ByteTokenizer(folder.Spec.VocabularySize),
            Policy = drafts ? policy : policy with { DraftTokens = 0 },
        });
        (int[], float[])[] together = await Task.WhenAll(ways.Select(sampling => GenerateAsync(loop, prompt, sampling)));
        (int[], float[]) alone = await GenerateAsync(loop, prompt, ways[0]);
        Assert.Equal(drafts, loop.Status.Accepted > 0);
        return [.. together, alone];
    }

    private static async Task<(int[] Tokens, float[] Logprobs)> GenerateAsync(EngineLoop loop, int[] prompt, SamplingParameters sampling)
    {
        GenerationRequest request = new() { Id = Guid.NewGuid().ToString("N"), Tenant = "t", Prompt = prompt, MaxNewTokens = 80, Sampling = sampling, IgnoreEndTokens = true };
        Assert.Null(loop.TrySubmit(request, out Generation? generation));
        List<int> tokens = [];
        List<float> logprobs = [];
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
            tokens.AddRange(delta.Tokens.Select(token => token.Token));
            logprobs.AddRange(delta.Tokens.Select(token => token.Logprob));
        }
        return ([.. tokens], [.. logprobs]);
    }
}
