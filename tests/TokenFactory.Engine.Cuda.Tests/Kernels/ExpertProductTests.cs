using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>The grouped product in both sizes of tiles, after the kernel that makes its groups.</summary>
public sealed class ExpertProductTests(EmulatedDevice device) : KernelTest(device)
{
    private const float Limit = 1.5f;

    // Inputs and outputs that end within a step and within a tile, experts without rows, tiles that are filled in part.
    [Theory]
    [InlineData(false, 3, 8, 2, 64, 32, 1)]
    [InlineData(true, 1, 16, 4, 8, 2, 2)]
    [InlineData(false, 9, 4, 2, 200, 70, 3)]
    [InlineData(true, 20, 5, 3, 136, 96, 4)]
    [InlineData(false, 70, 2, 1, 72, 34, 5)]
    [InlineData(true, 90, 3, 2, 328, 130, 6)]
    [InlineData(false, 150, 2, 2, 64, 66, 7)]
    public void Launch_AnyShape_MultipliesByEachExpert(bool isHalf, int rows, int experts, int chosen, int inputs, int outputs, int seed)
    {
        foreach (int gate in Enumerable.Range(0, 4))
        {
            Check(isHalf, rows, experts, chosen, inputs, outputs, (ExpertGate)gate, seed, withBias: (seed + gate) % 2 == 0);
        }
    }

    [Theory]
    [InlineData(20, 6)]
    [InlineData(200, 2)]
    public void Launch_AllRowsChooseOne_OtherExpertsAreNotRead(int rows, int experts)
    {
        // Matrices of other experts are no numbers, and so would what they touch be.
        const int Inputs = 72, Outputs = 40;
        ushort[] w = new ushort[experts * Outputs * Inputs];
        w.AsSpan().Fill(0x7e00);
        Elements.Random(1, Outputs * Inputs, true, 0.1).CopyTo(w, Outputs * Inputs);
        int[] choices = new int[rows];
        choices.AsSpan().Fill(1);

        Check(true, rows, experts, 1, choices, Elements.Random(2, rows * Inputs, true), w, null, Inputs, Outputs, ExpertGate.None);
    }

    private void Check(bool isHalf, int rows, int experts, int chosen, int inputs, int outputs, ExpertGate gate, int seed, bool withBias)
    {
        Random random = new(seed);
        Emulator.Seed((ulong)(seed + (int)gate));
        int pairs = rows * chosen, matrix = gate == ExpertGate.None ? outputs : 2 * outputs;
        int[] choices = [.. Enumerable.Range(0, rows).SelectMany(_ => Enumerable.Range(0, experts).OrderBy(_ => random.Next()).Take(chosen))];
        ushort[] x = Elements.Random(seed, (gate == ExpertGate.None ? pairs : rows) * inputs, isHalf);
        ushort[] w = Elements.Random(seed + 1, experts * matrix * inputs, isHalf, 2 / Math.Sqrt(inputs));
        Check(isHalf, rows, experts, chosen, choices, x, w, withBias ? Elements.Random(seed + 2, experts * matrix, isHalf) : null, inputs, outputs, gate);
    }

    private void Check(
        bool isHalf, int rows, int experts, int chosen, int[] choices, ushort[] x, ushort[] w, ushort[]? bias, int inputs, int outputs, ExpertGate gate)
    {
        int pairs = rows * chosen;
        using ExpertOrderKernel ordering = new(Loader(isHalf), experts);
        using ExpertProductKernel kernel = new(Loader(isHalf), gate);
        DeviceMemory order = Room<int>(pairs), places = Room<int>(pairs), tiles = Room<int>(4 * ExpertTiles.Most(pairs, experts)), count = Room<int>(1);
        DeviceMemory to = Room<ushort>((pairs + 1) * outputs);
        ordering.Launch(order.Value, places.Value, tiles.Value, count.Value, Put(choices).Value, pairs, Stream);

        kernel.Launch(
            to.Value, Put(x).Value, Put(w).Value, bias is null ? 0 : Put(bias).Value, order.Value, tiles.Value, count.Value,
            new ExpertProductShape(pairs, experts, chosen, inputs, outputs), Limit, Stream);

        int[] sorted = [.. Enumerable.Range(0, pairs).OrderBy(pair => choices[pair])];
        double[] wanted = new double[pairs * outputs];
        float[] numbers = [.. x.Select(bits => Elements.ToFloat(bits, isHalf))];
        for (int place = 0; place < pairs; place++)
        {
            int expert = choices[sorted[place]], row = gate == ExpertGate.None ? place : sorted[place] / chosen;
            for (int output = 0; output < outputs; output++)
            {
                wanted[(place * outputs) + output] = gate == ExpertGate.None
                    ? Sum(expert, outputs, output, row)
                    : Gate(gate, Sum(expert, 2 * outputs, output, row), Sum(expert, 2 * outputs, outputs + output, row));
            }
        }
        // Sums in float of a few hundred products, times what the gate makes of them.
        Elements.AssertNear(wanted, Get<ushort>(to, wanted.Length), isHalf, 2e-5);
        AssertPoisoned<ushort>(to, wanted.Length);

        double Sum(int expert, int matrix, int output, int row)
        {
            double sum = bias is null ? 0 : Elements.ToFloat(bias[(expert * matrix) + output], isHalf);
            int at = ((expert * matrix) + output) * inputs;
            for (int i = 0; i < inputs; i++)
            {
                sum += (double)numbers[(row * inputs) + i] * Elements.ToFloat(w[at + i], isHalf);
            }
            return sum;
        }
    }

    private static double Gate(ExpertGate kind, double gate, double up)
    {
        switch (kind)
        {
            case ExpertGate.Silu:
                return gate / (1 + Math.Exp(-gate)) * up;
            case ExpertGate.Gelu:
                return 0.5 * gate * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (gate + (0.044715 * gate * gate * gate)))) * up;
            default:
                gate = Math.Min(gate, Limit);
                return gate / (1 + Math.Exp(-1.702 * gate)) * (Math.Clamp(up, -Limit, Limit) + 1);
        }
    }
}
