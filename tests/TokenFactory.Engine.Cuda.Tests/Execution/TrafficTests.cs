using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>What a decode step reads and writes, as the emulated device counts it, against what it cannot do without.</summary>
public sealed class TrafficTests(EmulatedDevice device)
{
    private const string Shape = """ "hidden_size": 512, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64 """;
    private const int Element = 2;
    private const int Warm = 4;

    // Few rows, so that weights are nearly all of it, as in a decode step that memory bounds; in FP8 they are half as much.
    [Theory]
    [InlineData(1, CudaPrecision.BFloat16)]
    [InlineData(4, CudaPrecision.BFloat16)]
    [InlineData(1, CudaPrecision.Fp8)]
    public void DecodeStep_MovesItsWeightsKvAndActivationsOnce(int rows, CudaPrecision precision)
    {
        Emulator emulator = device.Require();
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(files, "LlamaForCausalLM", $$""" {{Shape}}, "intermediate_size": 1536 """, type: TensorType.BF16);

        double counted = CountAStep(emulator, folder, precision, rows, out int context);

        Assert.InRange(counted / Roofline(folder.Spec, rows, context, precision == CudaPrecision.Fp8 ? 1 : Element), 0.95, 1.05);
    }

    // Of sixteen experts a row passes two, and nothing of the others is read.
    [Fact]
    public void DecodeStep_OfAMixture_MovesTheChosenExpertsAlone()
    {
        Emulator emulator = device.Require();
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(
            files, "Qwen3MoeForCausalLM", $$""" {{Shape}}, "num_experts": 16, "num_experts_per_tok": 2, "moe_intermediate_size": 768 """, type: TensorType.BF16);

        double counted = CountAStep(emulator, folder, CudaPrecision.BFloat16, rows: 1, out int context);

        Assert.InRange(counted / Roofline(folder.Spec, 1, context, Element), 0.95, 1.05);
    }

    private double CountAStep(Emulator emulator, ModelFolder folder, CudaPrecision precision, int rows, out int context)
    {
        // Products are faster than our kernel, whose reads of rows that lie in a cache would be counted for each output.
        emulator.SetAlgorithms(-1000);
        using CudaModelExecutor executor = CudaModelLoader.Load(
            folder, EmulatedEngine.Options with { Precision = precision, Graphs = false, CacheFolder = device.KernelFolder });
        DecodeSteps steps = new(executor, rows);
        for (int i = 0; i < Warm; i++)
        {
            steps.Run();
        }
        long before = emulator.MovedBytes + emulator.TouchedBytes;

        steps.Run();

        context = steps.Context;
        return emulator.MovedBytes + emulator.TouchedBytes - before;
    }

    /// <summary>Each matrix once; keys and values of the context once, those of the step's tokens written; each activation written once and read once.</summary>
    private static double Roofline(ModelSpec spec, int rows, int context, int weight)
    {
        long head = (long)spec.VocabularySize * spec.HiddenSize;
        // Of the embedding only the rows of tokens are read.
        long weights = ((spec.ActiveParameterCount - (2 * head)) * weight) + (head * Element);
        int wide = spec.Experts is { } experts ? experts.PerToken * experts.Width : spec.FeedForwardSize;
        long kv = 2L * spec.KeyValueSize * spec.Layers * (context + 1) * rows;
        long activations = (6L * spec.HiddenSize) + (4L * spec.QuerySize) + (4L * spec.KeyValueSize) + (6L * wide);
        long ends = (6L * spec.HiddenSize * Element) + (2L * spec.VocabularySize * sizeof(float));
        return weights + ((kv + (activations * spec.Layers * rows)) * Element) + (ends * rows);
    }
}
