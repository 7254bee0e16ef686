using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class RmsNormTests(EmulatedDevice device) : KernelTest(device)
{
    private const int Rows = 3;

    [Theory]
    [CombinatorialRows(new[] { 2, 62, 64, 66, 510, 896, 4096 }, new[] { 0f, 1f })]
    public void Launch_AnyWidth_NormsEachRow(bool isHalf, int width, float offset)
    {
        ushort[] x = Elements.Random(width, Rows * width, isHalf, 3), weight = Elements.Random(width + 1, width, isHalf);
        using RmsNormKernel kernel = new(Loader(isHalf));
        DeviceMemory from = Put(x), scale = Put(weight), to = Room<ushort>((Rows + 1) * width);

        kernel.Launch(to.Value, from.Value, 0, scale.Value, Rows, width, 1e-5f, offset, Stream);

        Elements.AssertNear(Reference(x, weight, width, 1e-5f, offset, isHalf), Get<ushort>(to, x.Length), isHalf);
        AssertPoisoned<ushort>(to, x.Length);
        Assert.Equal(x, Get<ushort>(from, x.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Launch_InPlace_GivesTheSame(ulong order)
    {
        const int Width = 1030;
        ushort[] x = Elements.Random(7, Rows * Width, false), weight = Elements.Random(8, Width, false);
        using RmsNormKernel kernel = new(Loader(false));
        DeviceMemory memory = Put(x);
        Emulator.Seed(order);

        kernel.Launch(memory.Value, memory.Value, 0, Put(weight).Value, Rows, Width, 1e-6f, 0, Stream);

        Elements.AssertNear(Reference(x, weight, Width, 1e-6f, 0, false), Get<ushort>(memory, x.Length), false);
    }

    [Theory]
    [InlineData(false, 62)]
    [InlineData(true, 896)]
    public void Launch_OntoTheResidual_AddsToIt(bool isHalf, int width)
    {
        ushort[] x = Elements.Random(width, Rows * width, isHalf, 3), weight = Elements.Random(width + 1, width, isHalf), residual = Elements.Random(9, Rows * width, isHalf);
        using RmsNormKernel kernel = new(Loader(isHalf));
        DeviceMemory to = Put(residual);

        kernel.Launch(to.Value, Put(x).Value, to.Value, Put(weight).Value, Rows, width, 1e-5f, 1, Stream);

        double[] normed = Reference(x, weight, width, 1e-5f, 1, isHalf);
        Elements.AssertNear([.. normed.Select((number, i) => number + Elements.ToFloat(residual[i], isHalf))], Get<ushort>(to, x.Length), isHalf);
    }

    [Fact]
    public void Launch_RowOfZeros_StaysZero()
    {
        using RmsNormKernel kernel = new(Loader(false));
        DeviceMemory memory = Put(new ushort[64]);

        kernel.Launch(memory.Value, memory.Value, 0, Put(Elements.Random(1, 64, false)).Value, 1, 64, 1e-6f, 0, Stream);

        // Zero may have either sign.
        Assert.All(Get<ushort>(memory, 64), bits => Assert.Equal(0, bits & 0x7fff));
    }

    [Fact]
    public void Launch_NoRows_DoesNothing()
    {
        using RmsNormKernel kernel = new(Loader(false));

        kernel.Launch(0, 0, 0, 0, 0, 64, 1e-6f, 0, Stream);

        Assert.Equal(0, Emulator.Launches());
    }

    private static double[] Reference(ushort[] x, ushort[] weight, int width, float epsilon, float offset, bool isHalf)
    {
        double[] all = new double[x.Length];
        for (int row = 0; row < x.Length / width; row++)
        {
            double[] numbers = [.. x.AsSpan(row * width, width).ToArray().Select(bits => (double)Elements.ToFloat(bits, isHalf))];
            double factor = 1 / Math.Sqrt((numbers.Sum(number => number * number) / width) + epsilon);
            for (int i = 0; i < width; i++)
            {
                all[(row * width) + i] = numbers[i] * factor * (Elements.ToFloat(weight[i], isHalf) + offset);
            }
        }
        return all;
    }
}
