using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>
/// Models whose layers are computed in FP8, against the plain reference with the same rows rounded to E4M3 in double precision: what is left is
/// what bf16 between the products changes, and rows that it moves to the neighbouring FP8 number.
/// </summary>
public sealed class Fp8Tests : IDisposable
{
    // bf16 alone moves these models' logarithms of probability by 0.03 on average; a missing scale moves them by far more.
    private const double Tolerance = 0.08;
    private const int PromptLength = 37;
    private const int NewTokens = 8;
    private const int Context = 256;

    private readonly EmulatedDevice _device;
    private readonly Emulator _emulator;
    private readonly TestFolder _model = new();

    public Fp8Tests(EmulatedDevice device)
    {
        _device = device;
        _emulator = device.Require();
    }

    private static CudaExecutorOptions Options { get; } = EmulatedEngine.Options with { Precision = CudaPrecision.Fp8, KvMemoryBytes = 1 << 20 };

    private static SamplingParameters Sampling { get; } = SamplingParameters.Greedy with { Logprobs = true, TopLogprobs = SamplingParameters.MostTopLogprobs };

    [Theory]
    [InlineData("LlamaForCausalLM", """ "attention_bias": true, "mlp_bias": true, "num_key_value_heads": 4 """, 1)]
    [InlineData("LlamaForCausalLM", """ "attention_bias": true, "mlp_bias": true, "num_key_value_heads": 4 """, 2)]
    [InlineData("Qwen2ForCausalLM", """ "tie_word_embeddings": true """, 1)]
    [InlineData("Qwen3ForCausalLM", "", 1)]
    [InlineData("Gemma2ForCausalLM", """ "attn_logit_softcapping": 5, "final_logit_softcapping": 3, "sliding_window": 12, "query_pre_attn_scalar": 24 """, 1)]
    [InlineData("Gemma3ForCausalLM", """ "sliding_window": 8, "sliding_window_pattern": 2, "rope_scaling": {"rope_type": "linear", "factor": 8} """, 2)]
    public async Task Logprobs_ThroughChunksAndDecode_MatchTheRoundedReference(string architecture, string fields, int devices)
    {
        _emulator.SetDevices(devices);
        ModelFolder folder = TinyModel.Write(_model, architecture, fields, type: TensorType.BF16);
        using EmulatedEngine engine = new(_device, folder, Options, prefillChunk: 13, devices);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);

        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(engine.Submit(prompt, NewTokens, Sampling));

        using TensorStore store = folder.OpenWeights();
        WeightMap map = WeightMap.Create(folder.Spec, store);
        double[] apart = Apart(answer, new ReferenceDecoder(folder.Spec, map, Context) { Rounding = ToFp8 }, prompt);
        double[] fromExact = Apart(answer, new ReferenceDecoder(folder.Spec, map, Context), prompt);
        Assert.Equal(NewTokens * SamplingParameters.MostTopLogprobs, apart.Length);
        Assert.True(apart.Average() <= Tolerance, $"logprobs differ by {apart.Average():F4}");
        Assert.True(apart.Average() < fromExact.Average(), $"logprobs differ by {apart.Average():F4} from the rounded reference and by {fromExact.Average():F4} from the exact one");
    }

    /// <summary>Weights that are stored as FP8 are FP8 again on the device: with a scale for each row they are the same, with blocks they are rounded once more.</summary>
    [Theory]
    [InlineData(Fp8Scales.Row, CudaPrecision.Fp8)]
    [InlineData(Fp8Scales.Block, CudaPrecision.Fp8)]
    [InlineData(Fp8Scales.Block, CudaPrecision.BFloat16)]
    public async Task Logprobs_OfWeightsStoredInFp8_MatchReference(Fp8Scales scales, CudaPrecision precision)
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_model, "LlamaForCausalLM", "", type: TensorType.BF16), scales);
        using EmulatedEngine engine = new(_device, folder, Options with { Precision = precision }, prefillChunk: 13);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);

        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(engine.Submit(prompt, NewTokens, Sampling));

        using TensorStore store = folder.OpenWeights();
        ReferenceDecoder reference = new(folder.Spec, WeightMap.Create(folder.Spec, store), Context) { Rounding = precision == CudaPrecision.Fp8 ? ToFp8 : null };
        Assert.InRange(Apart(answer, reference, prompt).Average(), 0, Tolerance);
    }

    [Fact]
    public async Task Sequence_AmongOthers_HasTheSameLogprobsAsAlone()
    {
        ModelFolder folder = TinyModel.Write(_model, "LlamaForCausalLM", "", type: TensorType.BF16);
        using EmulatedEngine engine = new(_device, folder, Options, prefillChunk: 64);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);
        // What else is in the step has far larger activations than this sequence's, or far smaller ones.
        EmulatedEngine.Answer alone = await EmulatedEngine.ReadAsync(engine.Submit(prompt, NewTokens, Sampling));
        Generation[] others = [.. Enumerable.Range(0, 3).Select(i => engine.Submit(TinyModel.RandomTokens(4 + i, seed: i), 3 * NewTokens, Sampling))];

        EmulatedEngine.Answer among = await EmulatedEngine.ReadAsync(engine.Submit(prompt, NewTokens, Sampling));

        await Task.WhenAll(others.Select(EmulatedEngine.ReadAsync));
        Assert.Equal(alone.Ids, among.Ids);
        Assert.Equal(alone.AlternativeLogprobs, among.AlternativeLogprobs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stories_RecordedOrNot_TakeTheLikeliestTokens(bool graphs)
    {
        ModelFolder folder = GoldenCases.Folder();
        using EmulatedEngine engine = new(_device, folder, EmulatedEngine.Options with { Precision = CudaPrecision.Fp8, Graphs = graphs });
        using TensorStore store = folder.OpenWeights();
        WeightMap map = WeightMap.Create(folder.Spec, store);
        List<double> behind = [], behindExact = [];
        foreach ((int[] prompt, int[] output) in GoldenCases.Load())
        {
            int[] told = await engine.RunAsync(prompt, Math.Min(40, output.Length));

            behind.AddRange(Behind(new ReferenceDecoder(folder.Spec, map, Context) { Rounding = ToFp8 }, prompt, told));
            behindExact.AddRange(Behind(new ReferenceDecoder(folder.Spec, map, Context), prompt, told));
        }

        // A token that is not the likeliest is about as likely.
        Assert.InRange(behind.Max(), 0, 0.25);
        Assert.InRange(behindExact.Max(), 0, 0.4);
        Assert.InRange(behindExact.Count(logits => logits == 0), 0.9 * behindExact.Count, behindExact.Count);
    }

    [Theory]
    [InlineData(""" "intermediate_size": 88 """, 1, "intermediate_size")]
    [InlineData(""" "hidden_size": 72 """, 1, "hidden_size")]
    [InlineData(""" "intermediate_size": 48 """, 2, "intermediate_size")]
    public void Load_WidthThatProductsCannotDo_IsRefusedByName(string fields, int devices, string named)
    {
        _emulator.SetDevices(devices);
        ModelFolder folder = TinyModel.Write(_model, "LlamaForCausalLM", fields, type: TensorType.BF16);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new EmulatedEngine(_device, folder, Options, devices: devices).Dispose());

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CudaMemory.Estimate(folder.Spec, Options, 1, CudaPlatform.ReadMemory()[0], devices));
    }

    [Fact]
    public void Load_DeviceWithoutFp8_IsRefused()
    {
        _emulator.SetCapability(8, 6);
        ModelFolder folder = TinyModel.Write(_model, "LlamaForCausalLM", "", type: TensorType.BF16);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new EmulatedEngine(_device, folder, Options).Dispose());

        Assert.Contains("8.9", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _model.Dispose();

    /// <summary>How far each token of an answer is behind the most likely one, in logits.</summary>
    private static double[] Behind(ReferenceDecoder reference, int[] prompt, int[] answer)
    {
        List<double[]> logits = reference.Logits([.. prompt, .. answer]);
        return [.. answer.Select((token, i) => logits[prompt.Length - 1 + i].Max() - logits[prompt.Length - 1 + i][token])];
    }

    private static double[] Apart(EmulatedEngine.Answer answer, ReferenceDecoder reference, int[] prompt)
    {
        List<double[]> logits = reference.Logits([.. prompt, .. answer.Ids]);
        return [.. Enumerable.Range(0, NewTokens).SelectMany(i => answer.Apart(i, logits[PromptLength - 1 + i]))];
    }

    private static double[] ToFp8(double[] row)
    {
        double largest = row.Max(Math.Abs), scale = largest > 0 ? largest / 448 : 1;
        return [.. row.Select(x => Elements.FromE4M3(Elements.ToE4M3(x / scale)) * scale)];
    }
}
