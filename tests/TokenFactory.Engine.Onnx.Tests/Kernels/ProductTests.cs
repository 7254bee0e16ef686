using TokenFactory.Engine.Onnx.Kernels;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>Products with packed weights, on every level of this machine.</summary>
public sealed class ProductTests
{
    public static TheoryData<int, int> LevelsAndBits
    {
        get
        {
            TheoryData<int, int> data = [];
            foreach (CpuLevel level in Enum.GetValues<CpuLevel>().Where(level => level != CpuLevel.None && CpuLevels.Has(level)))
            {
                data.Add((int)level, 4);
                data.Add((int)level, 8);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_EveryCountOfRows_EqualsDoubleProductOfQuantizedValues(int level, int bits)
    {
        for (int count = 1; count <= 14; count++)
        {
            AssertEqualsQuantized(level, count, 64, 96, bits);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_EdgesThatDivideNothing_EqualsDoubleProductOfQuantizedValues(int level, int bits)
    {
        foreach ((int count, int rows, int columns) in new[] { (1, 1, 1), (2, 15, 31), (3, 33, 33), (7, 47, 65), (5, 100, 1000), (13, 31, 127) })
        {
            AssertEqualsQuantized(level, count, rows, columns, bits);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_SeveralGroupsOfRows_EqualsDoubleProductOfQuantizedValues(int level, int bits) =>
        AssertEqualsQuantized(level, 100, 40, 8192, bits);

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_OfRandomMatrices_IsNearTheProductInFloat32(int level, int bits)
    {
        using ProductCase product = new(4, 48, 1024, bits);
        product.Run((CpuLevel)level);
        double error = 0;
        double signal = 0;
        for (int row = 0; row < 4; row++)
        {
            for (int feature = 0; feature < 48; feature++)
            {
                double exact = 0;
                for (int k = 0; k < 1024; k++)
                {
                    exact += (double)product.Input[(row * 1024) + k] * product.Weights[(feature * 1024) + k];
                }
                error += (product.Result(row, feature) - exact) * (product.Result(row, feature) - exact);
                signal += exact * exact;
            }
        }
        // A uniform value errs by step / √12 of a range of √3 times its own deviation: 2 / 15 / 2 and 2 / 254 / 2 of it.
        double step = bits == 4 ? 1.0 / 15 : 1.0 / 127;
        Assert.InRange(Math.Sqrt(error / signal), 0, 1.5 * step);
    }

    private static void AssertEqualsQuantized(int level, int count, int rows, int columns, int bits)
    {
        using ProductCase product = new(count, rows, columns, bits, seed: (count * 31) + columns);
        product.Run((CpuLevel)level);
        float[] weights = product.Unpacked();
        for (int row = 0; row < count; row++)
        {
            double[] activations = product.Activations(row);
            for (int feature = 0; feature < rows; feature++)
            {
                double expected = 0;
                double magnitude = 0;
                for (int k = 0; k < columns; k++)
                {
                    double term = activations[k] * weights[(feature * columns) + k];
                    expected += term;
                    magnitude += Math.Abs(term);
                }
                double tolerance = (magnitude * 1e-6) + 1e-30;
                Assert.True(Math.Abs(product.Result(row, feature) - expected) <= tolerance,
                    $"{bits} bits, [{count}, {rows}, {columns}], row {row}, feature {feature}: {product.Result(row, feature)} for {expected}");
            }
        }
        for (int i = 0; i < product.Output.Length; i++)
        {
            Assert.Equal(i % (rows + ProductCase.Gap) >= rows, product.Output[i] == ProductCase.Untouched);
        }
    }
}
