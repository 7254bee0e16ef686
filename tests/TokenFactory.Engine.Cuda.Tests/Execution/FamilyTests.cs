using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>
/// Every supported feature of a decoder, as a small random model in fp16: through chunked prefill and decode, the most likely tokens and
/// their logarithms of probability against the plain reference in double precision, which goes the same way.
/// </summary>
public sealed class FamilyTests : IDisposable
{
    // Two or three layers of fp16 activations: logarithms of probability come out within 0.004.
    private const double Tolerance = 0.01;
    private const double KvTolerance = 0.06;
    private const int PromptLength = 37;
    private const int NewTokens = 8;

    private readonly EmulatedDevice _device;
    private readonly TestFolder _model = new();

    public FamilyTests(EmulatedDevice device)
    {
        _device = device;
        device.Require();
    }

    [Theory]
    [InlineData("LlamaForCausalLM", "")]
    [InlineData("LlamaForCausalLM", """ "tie_word_embeddings": true, "num_key_value_heads": 1 """)]
    [InlineData("LlamaForCausalLM", """ "attention_bias": true, "mlp_bias": true, "num_key_value_heads": 4 """)]
    [InlineData("LlamaForCausalLM", """ "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 64, "num_hidden_layers": 3 """)]
    [InlineData("MistralForCausalLM", """ "sliding_window": 9 """)]
    [InlineData("Qwen2ForCausalLM", """ "tie_word_embeddings": true """)]
    [InlineData("Qwen3ForCausalLM", "")]
    [InlineData("SmolLM3ForCausalLM", """ "no_rope_layers": [1, 0] """)]
    [InlineData("Phi3ForCausalLM", "")]
    [InlineData("Gemma2ForCausalLM", """ "attn_logit_softcapping": 5, "final_logit_softcapping": 3, "sliding_window": 12, "query_pre_attn_scalar": 24 """)]
    [InlineData("Gemma3ForCausalLM", """ "sliding_window": 8, "sliding_window_pattern": 2, "rope_scaling": {"rope_type": "linear", "factor": 8} """)]
    public async Task Logprobs_ThroughChunksAndDecode_MatchReference(string architecture, string fields)
    {
        (EmulatedEngine.Answer answer, List<double[]> logits) = await RunAsync(architecture, fields, fp8Kv: false);

        for (int i = 0; i < NewTokens; i++)
        {
            AssertClose(logits[PromptLength - 1 + i], answer, i);
        }
    }

    /// <summary>Keys and values in E4M3 keep four binary digits: the scores and what is mixed by them come out by as much less exact, and no more.</summary>
    [Theory]
    [InlineData("LlamaForCausalLM", "")]
    [InlineData("Qwen3ForCausalLM", "")]
    [InlineData("MistralForCausalLM", """ "sliding_window": 9 """)]
    public async Task Logprobs_WithFp8Kv_MatchReferenceWithinItsPrecision(string architecture, string fields)
    {
        (EmulatedEngine.Answer answer, List<double[]> logits) = await RunAsync(architecture, fields, fp8Kv: true);

        double[] apart = [.. Enumerable.Range(0, NewTokens).SelectMany(i => answer.Apart(i, logits[PromptLength - 1 + i]))];
        Assert.True(apart.Average() is > Tolerance / 10 and < KvTolerance, $"logprobs differ by {apart.Average():F4}");
    }

    public void Dispose() => _model.Dispose();

    /// <summary>An answer to a random prompt, and the reference's logits after each token of both.</summary>
    private async Task<(EmulatedEngine.Answer Answer, List<double[]> Logits)> RunAsync(string architecture, string fields, bool fp8Kv)
    {
        ModelFolder folder = TinyModel.Write(_model, architecture, fields, type: TensorType.F16);
        using EmulatedEngine engine = new(_device, folder, EmulatedEngine.Options with { Fp8Kv = fp8Kv, KvMemoryBytes = 1 << 20 }, prefillChunk: 13);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);
        SamplingParameters sampling = SamplingParameters.Greedy with { Logprobs = true, TopLogprobs = SamplingParameters.MostTopLogprobs };
        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(engine.Submit(prompt, NewTokens, sampling));
        using TensorStore store = folder.OpenWeights();
        ReferenceDecoder reference = new(folder.Spec, WeightMap.Create(folder.Spec, store), engine.Executor.Limits.MaxContext);
        return (answer, reference.Logits([.. prompt, .. answer.Ids]));
    }

    private static void AssertClose(double[] expected, EmulatedEngine.Answer answer, int index)
    {
        Assert.Equal(SamplingParameters.MostTopLogprobs, answer.Tokens[index].AlternativesCount);
        double worst = answer.Apart(index, expected).Max();
        double behind = expected.Max() - expected[answer.Tokens[index].Token];
        Assert.True(worst <= Tolerance, $"token {index}: logprobs differ by {worst:F4}");
        Assert.True(behind <= Tolerance, $"token {index} is {behind:F4} behind the best");
    }
}
