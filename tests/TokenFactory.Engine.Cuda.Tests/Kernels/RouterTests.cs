using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class RouterTests(EmulatedDevice device) : KernelTest(device)
{
    [Theory]
    [InlineData(false, 3, 64, 8, 2, 1)]
    [InlineData(true, 1, 264, 4, 4, 2)]
    [InlineData(false, 5, 2048, 128, 8, 3)]
    [InlineData(true, 2, 1032, 33, 32, 4)]
    [InlineData(false, 2, 8, 1, 1, 5)]
    [InlineData(false, 1, 72, 1000, 6, 6)]
    [InlineData(true, 257, 64, 8, 2, 7)]
    [InlineData(false, 258, 40, 60, 4, 8)]
    public void Launch_AnyShape_ChoosesTheLargest(bool isHalf, int rows, int width, int experts, int chosen, int seed)
    {
        Emulator.Seed((ulong)seed);
        Check(isHalf, rows, width, experts, chosen, seed, normalises: seed % 2 == 0, withBias: seed % 3 == 0);
        Check(isHalf, rows, width, experts, chosen, seed + 10, normalises: seed % 2 != 0, withBias: seed % 3 != 0);
    }

    [Fact]
    public void Launch_EqualLogits_ChoosesTheFirst()
    {
        const int Experts = 70;

        (int[] choices, float[] weights) = Run(false, new ushort[8], new ushort[Experts * 8], null, 1, 8, Experts, 3, normalises: true);

        Assert.Equal([0, 1, 2], choices);
        Assert.All(weights, weight => Assert.Equal(1 / 3f, weight, 1e-6f));
    }

    // What is no number comes out again, in this row alone, and never names an expert that is not there, or one twice.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Launch_RowOfNoNumbers_StillNamesExperts(bool normalises)
    {
        const int Rows = 3, Width = 64, Experts = 40, Chosen = 5;
        ushort[] x = Elements.Random(1, Rows * Width, true), w = Elements.Random(2, Experts * Width, true);
        x.AsSpan(Width, Width).Fill(0x7e00);

        (int[] choices, float[] weights) = Run(true, x, w, null, Rows, Width, Experts, Chosen, normalises);

        for (int row = 0; row < Rows; row++)
        {
            int[] own = choices[(row * Chosen)..((row + 1) * Chosen)];
            Assert.All(own, choice => Assert.InRange(choice, 0, Experts - 1));
            Assert.Equal(Chosen, own.Distinct().Count());
            Assert.All(weights[(row * Chosen)..((row + 1) * Chosen)], weight => Assert.Equal(row == 1, float.IsNaN(weight)));
        }
    }

    private void Check(bool isHalf, int rows, int width, int experts, int chosen, int seed, bool normalises, bool withBias)
    {
        ushort[] x = Elements.Random(seed, rows * width, isHalf), w = Elements.Random(seed + 1, experts * width, isHalf, 2 / Math.Sqrt(width));
        ushort[]? bias = withBias ? Elements.Random(seed + 2, experts, isHalf) : null;

        (int[] choices, float[] weights) = Run(isHalf, x, w, bias, rows, width, experts, chosen, normalises);

        for (int row = 0; row < rows; row++)
        {
            double[] logits = new double[experts];
            for (int expert = 0; expert < experts; expert++)
            {
                logits[expert] = bias is null ? 0 : Elements.ToFloat(bias[expert], isHalf);
                for (int i = 0; i < width; i++)
                {
                    logits[expert] += (double)Elements.ToFloat(x[(row * width) + i], isHalf) * Elements.ToFloat(w[(expert * width) + i], isHalf);
                }
            }
            int[] own = choices[(row * chosen)..((row + 1) * chosen)];
            double[] largest = [.. logits.OrderDescending().Take(chosen)];
            double sum = (normalises ? largest : logits).Sum(logit => Math.Exp(logit - largest[0]));
            Assert.Equal(chosen, own.Distinct().Count());
            for (int n = 0; n < chosen; n++)
            {
                // Two logits may lie so near each other that a sum in float orders them otherwise.
                Assert.InRange(logits[own[n]] - largest[n], -1e-4, 1e-4);
                Assert.InRange((weights[(row * chosen) + n] * sum / Math.Exp(largest[n] - largest[0])) - 1, -1e-3, 1e-3);
            }
        }
    }

    private (int[] Choices, float[] Weights) Run(bool isHalf, ushort[] x, ushort[] w, ushort[]? bias, int rows, int width, int experts, int chosen, bool normalises)
    {
        using RouterKernel kernel = new(Loader(isHalf), experts, normalises);
        DeviceMemory choices = Room<int>((rows + 1) * chosen), weights = Room<float>((rows + 1) * chosen);

        kernel.Launch(
            choices.Value, weights.Value, Put(x).Value, Put(w).Value, bias is null ? 0 : Put(bias).Value, rows, width, experts, chosen, Stream);

        AssertPoisoned<int>(choices, rows * chosen);
        AssertPoisoned<float>(weights, rows * chosen);
        return (Get<int>(choices, rows * chosen), Get<float>(weights, rows * chosen));
    }
}
