using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class ExpertSumTests(EmulatedDevice device) : KernelTest(device)
{
    [Theory]
    [CombinatorialRows(new[] { 2, 64, 1026, 2880 }, new[] { false, true })]
    public void Launch_AnyWidth_SumsEachRow(bool isHalf, int width, bool adds)
    {
        const int Rows = 3, Chosen = 4;
        Random random = new(width);
        ushort[] x = Elements.Random(1, Rows * width, isHalf), y = Elements.Random(2, Rows * Chosen * width, isHalf, 3);
        int[] places = [.. Enumerable.Range(0, Rows * Chosen).OrderBy(_ => random.Next())];
        float[] weights = [.. places.Select(_ => random.NextSingle())];
        using ExpertSumKernel kernel = new(Loader(isHalf));
        DeviceMemory to = Room<ushort>((Rows + 1) * width);
        if (adds)
        {
            to.Write<ushort>(x, Stream);
        }

        kernel.Launch(to.Value, Put(y).Value, Put(places).Value, Put(weights).Value, Rows, Chosen, width, adds, Stream);

        double[] wanted = new double[Rows * width];
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i] = adds ? Elements.ToFloat(x[i], isHalf) : 0;
            for (int n = 0; n < Chosen; n++)
            {
                int pair = (i / width * Chosen) + n;
                wanted[i] += (double)weights[pair] * Elements.ToFloat(y[(places[pair] * width) + (i % width)], isHalf);
            }
        }
        Elements.AssertNear(wanted, Get<ushort>(to, wanted.Length), isHalf, 5e-6);
        AssertPoisoned<ushort>(to, wanted.Length);
    }
}
