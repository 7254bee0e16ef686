using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>A trained model, greedy, through the real loop and scheduler on the emulated device: its tokens are the stored ones.</summary>
public sealed class GoldenTests(EmulatedDevice device)
{
    // bf16 keeps 8 bits of an activation, and logits of this model reach 19: rounding moves two of them against each other by about this.
    private const double Bf16Margin = 0.25;
    private const int Bf16Tokens = 64;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Stories_SeveralAtOnce_EqualTheGolden(bool graphs, int seed)
    {
        Emulator emulator = device.Require();
        emulator.Seed((ulong)seed);
        using EmulatedEngine engine = new(device, GoldenCases.Folder(), EmulatedEngine.Options with { Graphs = graphs });
        List<(int[] Prompt, int[] Output)> cases = GoldenCases.Load();

        int[][] outputs = await Task.WhenAll(cases.Select(item => engine.RunAsync(item.Prompt, item.Output.Length)));

        Assert.Equal(cases.Select(item => item.Output), outputs);
        Assert.Equal(graphs, emulator.Launches("graph") > 0);
        Assert.Null(engine.Loop.FindProblem());
    }

    /// <summary>
    /// The stored path has places where the best two logits are 0.008 apart, less than bf16 resolves: from there on the text may be
    /// another. Each token has to be the best, given the tokens before it, in the eyes of double precision, or as good as the best.
    /// </summary>
    [Fact]
    public async Task Stories_InBf16_TakeTheBestTokensWithinItsPrecision()
    {
        device.Require();
        ModelFolder folder = GoldenCases.Folder();
        using EmulatedEngine engine = new(device, folder, EmulatedEngine.Options with { Precision = CudaPrecision.BFloat16 });
        using TensorStore store = folder.OpenWeights();
        ReferenceDecoder reference = new(folder.Spec, WeightMap.Create(folder.Spec, store), engine.Executor.Limits.MaxContext);
        List<(int[] Prompt, int[] Output)> cases = GoldenCases.Load();

        int[][] outputs = await Task.WhenAll(cases.Select(item => engine.RunAsync(item.Prompt, Math.Min(Bf16Tokens, item.Output.Length))));

        Assert.Equal(cases[1].Output, outputs[1]);
        int others = 0;
        for (int i = 0; i < cases.Count; i++)
        {
            List<double[]> logits = reference.Logits([.. cases[i].Prompt, .. outputs[i]]);
            for (int j = 0; j < outputs[i].Length; j++)
            {
                double[] row = logits[cases[i].Prompt.Length - 1 + j];
                double behind = row.Max() - row[outputs[i][j]];
                others += behind > 0 ? 1 : 0;
                Assert.True(behind <= Bf16Margin, $"case {i}, token {j}: {behind:F3} behind the best");
            }
        }
        Assert.True(others <= 3, $"{others} tokens are not the best");
    }
}
