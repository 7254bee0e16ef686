using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class GemvTests(EmulatedDevice device) : KernelTest(device)
{
    private const float Epsilon = 1e-5f;

    [Theory]
    [InlineData(false, 1, 8, 1)]
    [InlineData(false, 1, 896, 33)]
    [InlineData(true, 1, 264, 8)]
    [InlineData(false, 3, 256, 17)]
    [InlineData(true, 3, 1032, 7)]
    [InlineData(false, 8, 520, 31)]
    public void Launch_AnyShape_MultipliesEachRow(bool isHalf, int rows, int inputs, int outputs)
    {
        Check(isHalf, rows, inputs, outputs, norms: false, withResidual: false);
        Check(isHalf, rows, inputs, outputs, norms: false, withResidual: true);
    }

    [Theory]
    [InlineData(false, 1, 896, 33)]
    [InlineData(true, 3, 264, 8)]
    [InlineData(false, 3, 1032, 9)]
    public void Launch_WithNorm_NormsEachRow(bool isHalf, int rows, int inputs, int outputs) => Check(isHalf, rows, inputs, outputs, norms: true, withResidual: true);

    [Fact]
    public void Launch_OneRow_ReadsTheWeightsOnce()
    {
        const int Inputs = 1024, Outputs = 64;
        using GemvKernel kernel = new(Loader(false), norms: false, 1);
        DeviceMemory to = Room<ushort>(Outputs), x = Put(new ushort[Inputs]), weights = Put(new ushort[Inputs * Outputs]);

        kernel.Launch(to.Value, x.Value, weights.Value, 0, 1, Inputs, Outputs, 0, Stream);

        // The weights, the row once for each output, which caches answer, and the results.
        Assert.Equal((2 * Inputs * Outputs * 2) + (2 * Outputs), Emulator.TouchedBytes);
    }

    private void Check(bool isHalf, int rows, int inputs, int outputs, bool norms, bool withResidual)
    {
        ushort[] x = Elements.Random(rows, rows * inputs, isHalf), w = Elements.Random(inputs, outputs * inputs, isHalf, 0.1), residual = Elements.Random(7, rows * outputs, isHalf);
        using GemvKernel kernel = new(Loader(isHalf), norms, rows);
        DeviceMemory to = Room<ushort>((rows + 1) * outputs);
        if (withResidual)
        {
            to.Write<ushort>(residual, Stream);
        }

        kernel.Launch(to.Value, Put(x).Value, Put(w).Value, withResidual ? to.Value : 0, rows, inputs, outputs, Epsilon, Stream);

        double[] wanted = new double[rows * outputs];
        double largest = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            int row = i / outputs * inputs, output = i % outputs * inputs;
            double sum = 0, size = 0, squares = 0;
            for (int k = 0; k < inputs; k++)
            {
                double number = Elements.ToFloat(x[row + k], isHalf), part = number * Elements.ToFloat(w[output + k], isHalf);
                (sum, size, squares) = (sum + part, size + Math.Abs(part), squares + (number * number));
            }
            double factor = norms ? 1 / Math.Sqrt((squares / inputs) + Epsilon) : 1;
            wanted[i] = (sum * factor) + (withResidual ? Elements.ToFloat(residual[i], isHalf) : 0);
            largest = Math.Max(largest, size * factor);
        }
        // Sums in float: a unit of its last digit for each of the few dozen additions that a lane does one after another.
        Elements.AssertNear(wanted, Get<ushort>(to, wanted.Length), isHalf, (largest * 4e-6) + 1e-6);
        AssertPoisoned<ushort>(to, wanted.Length);
    }
}
