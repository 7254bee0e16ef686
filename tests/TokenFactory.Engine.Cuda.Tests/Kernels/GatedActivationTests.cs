using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class GatedActivationTests(EmulatedDevice device) : KernelTest(device)
{
    private const int Rows = 3;

    [Theory]
    [CombinatorialRows(new[] { 2, 62, 66, 1026, 4864 }, new[] { false, true })]
    public void Launch_AnyWidth_GatesEachRow(bool isHalf, int width, bool isGelu) => Check(isHalf, width, isGelu, hidden: 0, withBias: false);

    [Theory]
    [CombinatorialRows(new[] { 2, 62, 1030 }, new[] { false, true })]
    public void Launch_NormLeft_NormsFirst(bool isHalf, int hidden, bool withBias) => Check(isHalf, 1090, isGelu: false, hidden, withBias);

    [Fact]
    public void Launch_BiasLeft_AddsIt() => Check(isHalf: true, 66, isGelu: false, hidden: 0, withBias: true);

    [Theory]
    [CombinatorialRows(new[] { 4, 60, 1028, 4864 }, new[] { false, true })]
    public void LaunchFp8_ScalesLeft_MakesTheNextProductsRows(bool isHalf, int width, bool isGelu)
    {
        ushort[] gateUp = Elements.Random(width, Rows * 2 * width, isHalf, 3), bias = Elements.Random(6, 2 * width, isHalf);
        float[] rowScales = [0.25f, 1.5f, 0.01f], columnScales = [.. Enumerable.Range(0, 2 * width).Select(i => 0.5f + (i % 7 * 0.1f))];
        using GatedActivationFp8Kernel kernel = new(Loader(isHalf), isGelu, width);
        DeviceMemory to = Room<byte>((Rows + 1) * width), scales = Put(rowScales);
        LateNorm left = new() { Bias = Put(bias).Value, RowScales = scales.Value, ColumnScales = Put(columnScales).Value, Scale = 2 };
        Emulator.Seed((ulong)width);

        kernel.Launch(to.Value, scales.Value, Put(gateUp).Value, Rows, left, Stream);

        byte[] got = Get<byte>(to, Rows * width);
        float[] factors = Get<float>(scales, Rows);
        for (int row = 0; row < Rows; row++)
        {
            double[] wanted = [.. Enumerable.Range(0, width).Select(i => Gate(Finished(i), isGelu) * Finished(i + width))];
            Fp8Rows.AssertNear(wanted, got.AsSpan(row * width, width), factors[row], Elements.Rounding(isHalf));

            double Finished(int column) =>
                (Elements.ToFloat(gateUp[(row * 2 * width) + column], isHalf) * 2.0 * rowScales[row] * columnScales[column]) + Elements.ToFloat(bias[column], isHalf);
        }
        AssertPoisoned<byte>(to, got.Length);
    }

    private void Check(bool isHalf, int width, bool isGelu, int hidden, bool withBias)
    {
        const float Epsilon = 1e-5f, Scale = 4;
        ushort[] gateUp = Elements.Random(width, Rows * 2 * width, isHalf, 3), x = Elements.Random(5, Rows * Math.Max(2, hidden), isHalf, 2), bias = Elements.Random(6, 2 * width, isHalf);
        using GatedActivationKernel kernel = new(Loader(isHalf), isGelu);
        DeviceMemory to = Room<ushort>((Rows + 1) * width);
        LateNorm norm = new() { X = hidden > 0 ? Put(x).Value : 0, Bias = withBias ? Put(bias).Value : 0, Width = hidden, Epsilon = Epsilon, Scale = Scale };

        kernel.Launch(to.Value, Put(gateUp).Value, Rows, width, norm, Stream);

        double[] reference = new double[Rows * width];
        for (int i = 0; i < reference.Length; i++)
        {
            int row = i / width, at = (row * 2 * width) + (i % width);
            double factor = hidden > 0 ? Scale * LateNorms.Factor(x.AsSpan(row * hidden, hidden), Epsilon, isHalf) : 1;
            double gate = (Elements.ToFloat(gateUp[at], isHalf) * factor) + (withBias ? Elements.ToFloat(bias[i % width], isHalf) : 0);
            double up = (Elements.ToFloat(gateUp[at + width], isHalf) * factor) + (withBias ? Elements.ToFloat(bias[(i % width) + width], isHalf) : 0);
            reference[i] = up * Gate(gate, isGelu);
        }
        // Where GELU's tanh is near -1, one plus it has lost digits: an error of a float's last digit at 1, times gate and up.
        Elements.AssertNear(reference, Get<ushort>(to, reference.Length), isHalf, 2e-5);
        AssertPoisoned<ushort>(to, reference.Length);
    }

    private static double Gate(double x, bool isGelu) =>
        isGelu ? 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) : x / (1 + Math.Exp(-x));
}
