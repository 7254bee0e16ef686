using TokenFactory.Engine.Onnx.Tests.Driving;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>Pooled prompts against the plain reference: the last token's hidden state after the final norm, however the steps are cut.</summary>
public sealed class PooledTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly TestFolder _model = new();
    private readonly TestFolder _cache = new();

    [Theory]
    [InlineData("LlamaForCausalLM", "", 1)]
    [InlineData("Qwen3ForCausalLM", """ "tie_word_embeddings": true """, 64)]
    [InlineData("Gemma3ForCausalLM", """ "sliding_window": 8, "sliding_window_pattern": 2 """, 7)]
    [InlineData("Phi3ForCausalLM", "", 13)]
    public void Pooled_ThroughChunks_MatchesReference(string architecture, string fields, int chunk)
    {
        using OnnxModelExecutor executor = Load(TinyModel.Write(_model, architecture, fields));
        DrivenSequence sequence = new(TinyModel.RandomTokens(41, seed: 5), newTokens: 0);

        new ExecutorDriver(executor).RunAlone(sequence, chunk);

        AssertPooled(sequence);
    }

    [Fact]
    public void Pooled_BesideDecodesAndChunks_EachMatchesReference()
    {
        using OnnxModelExecutor executor = Load(TinyModel.Write(_model, "LlamaForCausalLM", ""));
        ExecutorDriver driver = new(executor, reuse: true);
        DrivenSequence decoded = new(TinyModel.RandomTokens(5, seed: 1), newTokens: 6);
        DrivenSequence single = new(TinyModel.RandomTokens(1, seed: 2), newTokens: 0);
        DrivenSequence chunked = new(TinyModel.RandomTokens(30, seed: 3), newTokens: 0);
        DrivenSequence other = new(TinyModel.RandomTokens(9, seed: 4), newTokens: 4);
        foreach (DrivenSequence sequence in new[] { decoded, single, chunked, other })
        {
            driver.Admit(sequence);
        }
        driver.Step([], (decoded, 5));
        driver.Step([decoded], (chunked, 20));
        driver.Step([decoded, single], (chunked, 10), (other, 9));
        driver.RunOn(decoded);
        driver.RunOn(other);

        AssertPooled(single);
        AssertPooled(chunked);
        AssertGreedy(decoded);
        AssertGreedy(other);
    }

    [Fact]
    public void Pooled_FromAReusedPrefix_MatchesReference()
    {
        using OnnxModelExecutor executor = Load(TinyModel.Write(_model, "Qwen3ForCausalLM", ""));
        ExecutorDriver driver = new(executor, reuse: true);
        int[] prompt = TinyModel.RandomTokens(2 * executor.Limits.BlockSize, seed: 6);
        driver.RunAlone(new DrivenSequence(prompt, newTokens: 0), chunk: 64);
        DrivenSequence again = new(prompt, newTokens: 0);

        driver.RunAlone(again, chunk: 64);

        Assert.Equal(executor.Limits.BlockSize, driver.ReusedTokens);
        AssertPooled(again);
    }

    public void Dispose()
    {
        _model.Dispose();
        _cache.Dispose();
    }

    private OnnxModelExecutor Load(ModelFolder folder) => OnnxModelExecutor.Load(
        folder,
        new OnnxExecutorOptions { CacheFolder = _cache.Path, KvMemoryBytes = 16 << 20, MaxSequences = 4, Threads = 1, Precision = WeightPrecision.Fp32 });

    private T WithReference<T>(Func<ReferenceDecoder, T> ask)
    {
        ModelFolder folder = ModelFolder.Open(_model.Path);
        using TensorStore store = folder.OpenWeights();
        return ask(new ReferenceDecoder(folder.Spec, WeightMap.Create(folder.Spec, store), 128));
    }

    private void AssertPooled(DrivenSequence sequence)
    {
        double[] expected = WithReference(reference => reference.Pooled(sequence.Tokens));
        double largest = expected.Max(Math.Abs);
        double difference = expected.Zip(sequence.Pooled!, (e, a) => Math.Abs(e - a)).Max();
        Assert.Equal(expected.Length, sequence.Pooled!.Length);
        Assert.True(difference <= Tolerance * largest, $"vectors differ by {difference / largest:E1} of the largest number");
    }

    private void AssertGreedy(DrivenSequence sequence) => Assert.Equal(
        WithReference(reference => reference.Greedy([.. sequence.Tokens.Take(sequence.PromptLength)], sequence.FinalLength - sequence.PromptLength)).Tokens, sequence.Output);
}
