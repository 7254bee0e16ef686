using TokenFactory.Engine.Onnx.Tests.Driving;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Reference;

/// <summary>
/// Every supported family and feature, as a small random model: logits of the executor, through chunked prefill and decode, against
/// the plain reference. The tolerance is relative to the largest logit.
/// </summary>
public sealed class FamilyTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private const int PromptLength = 41;
    private const int NewTokens = 12;

    private readonly TestFolder _model = new();
    private readonly TestFolder _cache = new();

    [Theory]
    [InlineData("LlamaForCausalLM", "")]
    [InlineData("LlamaForCausalLM", """ "tie_word_embeddings": true """)]
    [InlineData("LlamaForCausalLM", """ "attention_bias": true, "mlp_bias": true """)]
    [InlineData("LlamaForCausalLM", """ "num_key_value_heads": 4, "rope_theta": 500000 """)]
    [InlineData("LlamaForCausalLM", """ "num_key_value_heads": 1, "num_attention_heads": 3, "head_dim": 32, "num_hidden_layers": 3 """)]
    [InlineData("LlamaForCausalLM", """ "partial_rotary_factor": 0.5, "head_dim": 32 """)]
    [InlineData("LlamaForCausalLM", """ "rope_scaling": {"rope_type": "linear", "factor": 4} """)]
    [InlineData("LlamaForCausalLM", """ "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 64} """)]
    [InlineData("LlamaForCausalLM", """ "rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 64} """)]
    [InlineData("MistralForCausalLM", """ "sliding_window": 9 """)]
    [InlineData("MistralForCausalLM", """ "sliding_window": 1 """)]
    [InlineData("Qwen2ForCausalLM", """ "tie_word_embeddings": true """)]
    [InlineData("Qwen2ForCausalLM", """ "use_sliding_window": true, "sliding_window": 10, "max_window_layers": 1 """)]
    [InlineData("Qwen3ForCausalLM", "")]
    [InlineData("Qwen3ForCausalLM", """ "head_dim": 32, "attention_bias": true """)]
    [InlineData("SmolLM3ForCausalLM", """ "no_rope_layers": [1, 0] """)]
    [InlineData("Phi3ForCausalLM", "")]
    [InlineData("Phi3ForCausalLM", """ "partial_rotary_factor": 0.5, "head_dim": 32, "sliding_window": 16 """)]
    [InlineData("Phi3ForCausalLM", """ "original_max_position_embeddings": 64, "rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1, 1, 1, 1, 1], "long_factor": [1, 1.5, 2, 3, 4, 5, 6, 7]} """)]
    [InlineData("Gemma2ForCausalLM", """ "attn_logit_softcapping": 5, "final_logit_softcapping": 3, "sliding_window": 12, "query_pre_attn_scalar": 24 """)]
    [InlineData("Gemma3ForCausalLM", """ "sliding_window": 8, "sliding_window_pattern": 2, "rope_scaling": {"rope_type": "linear", "factor": 8} """)]
    public void Logits_ThroughChunksAndDecode_MatchReference(string architecture, string fields)
    {
        ModelFolder folder = TinyModel.Write(_model, architecture, fields);
        Check(folder, 1, 13, 2, 24);
    }

    [Theory]
    [InlineData("LlamaForCausalLM", Fp8Scales.Matrix)]
    [InlineData("Qwen3ForCausalLM", Fp8Scales.Row)]
    [InlineData("Phi3ForCausalLM", Fp8Scales.Block)]
    [InlineData("LlamaForCausalLM", Fp8Scales.Block)]
    public void Logits_OfWeightsStoredInFp8_MatchReference(string architecture, Fp8Scales scales)
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_model, architecture, ""), scales);
        Check(folder, PromptLength);
    }

    [Fact]
    public void Reference_TrainedModel_GivesGoldenTokens()
    {
        ModelFolder folder = GoldenCases.Folder();
        using TensorStore store = folder.OpenWeights();
        ReferenceDecoder reference = new(folder.Spec, WeightMap.Create(folder.Spec, store), 512);
        (int[] prompt, int[] output) = GoldenCases.Load()[0];

        List<double[]> logits = reference.Logits([.. prompt, .. output]);

        Assert.Equal(output, logits.Skip(prompt.Length - 1).SkipLast(1).Select(row => Array.IndexOf(row, row.Max())));
    }

    public void Dispose()
    {
        _model.Dispose();
        _cache.Dispose();
    }

    private OnnxModelExecutor Load(ModelFolder folder) => OnnxModelExecutor.Load(
        folder, new OnnxExecutorOptions { CacheFolder = _cache.Path, KvMemoryBytes = 16 << 20, MaxSequences = 2, Threads = 1, Precision = WeightPrecision.Fp32 });

    /// <summary>Computes a prompt in chunks and then token by token, and holds the logits to the reference's.</summary>
    private void Check(ModelFolder folder, params int[] chunks)
    {
        using OnnxModelExecutor executor = Load(folder);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);
        DrivenSequence sequence = new(prompt, NewTokens);
        ExecutorDriver driver = new(executor);
        driver.Admit(sequence);
        foreach (int count in chunks)
        {
            driver.Step(count == 1 ? [sequence] : [], count == 1 ? [] : [(sequence, count)]);
        }
        while (!sequence.Finished)
        {
            driver.Step([sequence]);
        }

        using TensorStore store = folder.OpenWeights();
        ReferenceDecoder reference = new(folder.Spec, WeightMap.Create(folder.Spec, store), executor.Limits.MaxContext);
        List<double[]> expected = reference.Logits(sequence.Tokens);

        Assert.Equal(NewTokens, sequence.Logits.Count);
        for (int i = 0; i < NewTokens; i++)
        {
            AssertClose(expected[prompt.Length - 1 + i], sequence.Logits[i]);
        }
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        double largest = expected.Max(Math.Abs);
        double difference = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(difference <= Tolerance * largest, $"logits differ by {difference / largest:E1} of the largest");
    }
}
