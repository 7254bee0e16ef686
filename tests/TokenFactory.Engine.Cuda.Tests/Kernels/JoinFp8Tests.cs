using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class JoinFp8Tests(EmulatedDevice device) : KernelTest(device)
{
    private const int Rows = 3;
    private const float Epsilon = 1e-5f;
    private const float Offset = 1;

    [Theory]
    [CombinatorialRows(new[] { 4, 60, 132, 1028, 4096 }, new[] { false, true })]
    public void Launch_PartWithScales_JoinsAndReadiesRows(bool isHalf, int width, bool postNorm) => Check(isHalf, width, scales: true, withBias: true, postNorm, joins: true, readies: true);

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Launch_WholePart_JoinsAsItIs(bool isHalf, bool postNorm) => Check(isHalf, 132, scales: false, withBias: false, postNorm, joins: true, readies: true);

    [Fact]
    public void Launch_NothingJoins_ReadiesRowsAlone() => Check(isHalf: false, 132, scales: false, withBias: false, postNorm: false, joins: false, readies: true);

    [Fact]
    public void Launch_NoProductFollows_JoinsAlone() => Check(isHalf: false, 132, scales: true, withBias: true, postNorm: false, joins: true, readies: false);

    [Fact]
    public void Launch_NoResidual_MakesThePartWholeInPlace()
    {
        const int Width = 132;
        ushort[] part = Elements.Random(3, Rows * Width, isHalf: false);
        float[] rowScales = [0.25f, 1.5f, 0.01f], columnScales = [.. Enumerable.Range(0, Width).Select(i => 0.5f + (i % 7 * 0.1f))];
        using JoinFp8Kernel kernel = new(Loader(isHalf: false), Width);
        DeviceMemory memory = Put(part);

        kernel.Launch(
            new JoinFp8Arguments { X = memory.Value, Result = memory.Value, RowScales = Put(rowScales).Value, ColumnScales = Put(columnScales).Value }, Rows, Stream);

        double[] wanted = [.. part.Select((bits, i) => (double)Elements.ToFloat(bits, isHalf: false) * rowScales[i / Width] * columnScales[i % Width])];
        Elements.AssertNear(wanted, Get<ushort>(memory, part.Length), isHalf: false);
    }

    private void Check(bool isHalf, int width, bool scales, bool withBias, bool postNorm, bool joins, bool readies)
    {
        ushort[] x = Elements.Random(width, Rows * width, isHalf, 2), part = Elements.Random(width + 1, Rows * width, isHalf);
        ushort[] bias = Elements.Random(2, width, isHalf), post = Elements.Random(3, width, isHalf, 0.2), norm = Elements.Random(4, width, isHalf, 0.2);
        float[] rowScales = [0.25f, 1.5f, 0.01f], columnScales = [.. Enumerable.Range(0, width).Select(i => 0.5f + (i % 7 * 0.1f))];
        using JoinFp8Kernel kernel = new(Loader(isHalf), width);
        DeviceMemory memory = Put(x), to = Room<byte>((Rows + 1) * width), factors = Put(rowScales);
        Emulator.Seed((ulong)width);

        kernel.Launch(
            new JoinFp8Arguments
            {
                X = memory.Value,
                Residual = memory.Value,
                Result = joins ? Put(part).Value : 0,
                RowScales = scales ? factors.Value : 0,
                ColumnScales = scales ? Put(columnScales).Value : 0,
                Bias = withBias ? Put(bias).Value : 0,
                PostNorm = postNorm ? Put(post).Value : 0,
                Norm = readies ? Put(norm).Value : 0,
                Out = to.Value,
                Scales = factors.Value,
                Epsilon = Epsilon,
                WeightOffset = Offset,
            },
            Rows, Stream);

        ushort[] sums = Get<ushort>(memory, x.Length);
        float[] got = Get<float>(factors, Rows);
        for (int row = 0; row < Rows; row++)
        {
            double[] wanted = [.. Enumerable.Range(0, width).Select(i => (double)Elements.ToFloat(x[(row * width) + i], isHalf))];
            if (joins)
            {
                double[] added = [.. Enumerable.Range(0, width).Select(i =>
                    (Elements.ToFloat(part[(row * width) + i], isHalf) * (scales ? (double)rowScales[row] * columnScales[i] : 1)) + (withBias ? Elements.ToFloat(bias[i], isHalf) : 0))];
                added = postNorm ? Norm(added, post, isHalf) : added;
                wanted = [.. wanted.Zip(added, (a, b) => a + b)];
            }
            Elements.AssertNear(wanted, sums.AsSpan(row * width, width), isHalf, 1e-5);
            if (readies)
            {
                // Rows are made of the sums as they were rounded.
                double[] normed = Norm([.. sums.AsSpan(row * width, width).ToArray().Select(bits => (double)Elements.ToFloat(bits, isHalf))], norm, isHalf);
                Fp8Rows.AssertNear(normed, Get<byte>(to, Rows * width).AsSpan(row * width, width), got[row]);
            }
        }
        Assert.Equal(readies, !got.SequenceEqual(rowScales));
        AssertPoisoned<byte>(to, readies ? Rows * width : 0);
    }

    private static double[] Norm(double[] x, ushort[] weight, bool isHalf)
    {
        double factor = 1 / Math.Sqrt((x.Sum(number => number * number) / x.Length) + Epsilon);
        return [.. x.Select((number, i) => number * factor * (Elements.ToFloat(weight[i], isHalf) + Offset))];
    }
}
