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

    [Theory]
    [InlineData(1, 16, 1)]
    [InlineData(1, 896, 33)]
    [InlineData(3, 528, 17)]
    [InlineData(8, 1040, 31)]
    public void Launch_Fp8_MultipliesEachRowUnscaled(int rows, int inputs, int outputs)
    {
        byte[] x = RandomFp8(rows, rows * inputs), w = RandomFp8(inputs, outputs * inputs);
        using GemvKernel kernel = new(Loader(isHalf: false), GemvOperands.Fp8, rows);
        DeviceMemory to = Room<ushort>((rows + 1) * outputs);

        kernel.Launch(to.Value, Put(x).Value, Put(w).Value, 0, rows, inputs, outputs, 0, Stream);

        double[] wanted = new double[rows * outputs];
        double largest = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            for (int k = 0; k < inputs; k++)
            {
                double part = Elements.FromE4M3(x[(i / outputs * inputs) + k]) * Elements.FromE4M3(w[(i % outputs * inputs) + k]);
                wanted[i] += part;
                largest = Math.Max(largest, Math.Abs(part));
            }
        }
        Elements.AssertNear(wanted, Get<ushort>(to, wanted.Length), isHalf: false, (largest * inputs * 4e-6) + 1e-6);
        AssertPoisoned<ushort>(to, wanted.Length);
    }

    [Fact]
    public void Launch_OneRow_ReadsTheWeightsOnce()
    {
        const int Inputs = 1024, Outputs = 64;
        using GemvKernel kernel = new(Loader(false), GemvOperands.Elements, 1);
        DeviceMemory to = Room<ushort>(Outputs), x = Put(new ushort[Inputs]), weights = Put(new ushort[Inputs * Outputs]);

        kernel.Launch(to.Value, x.Value, weights.Value, 0, 1, Inputs, Outputs, 0, Stream);

        // The weights, the row once for each output, which caches answer, and the results.
        Assert.Equal((2 * Inputs * Outputs * 2) + (2 * Outputs), Emulator.TouchedBytes);
    }

    private void Check(bool isHalf, int rows, int inputs, int outputs, bool norms, bool withResidual)
    {
        ushort[] x = Elements.Random(rows, rows * inputs, isHalf), w = Elements.Random(inputs, outputs * inputs, isHalf, 0.1), residual = Elements.Random(7, rows * outputs, isHalf);
        using GemvKernel kernel = new(Loader(isHalf), norms ? GemvOperands.Normed : GemvOperands.Elements, rows);
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

    // Every number that the format has, but for its two NaNs.
    private static byte[] RandomFp8(int seed, int count)
    {
        byte[] all = new byte[count];
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            all[i] = (byte)(random.Next(0x7f) | (random.Next(2) << 7));
        }
        return all;
    }
}
