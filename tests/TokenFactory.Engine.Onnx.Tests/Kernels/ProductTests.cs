using TokenFactory.Engine.Onnx.Kernels;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>Products with packed weights, on every level of this machine.</summary>
public sealed class ProductTests
{
    private static readonly int[] Bits = [4, 8];

    public static TheoryData<int> Levels => [.. Enum.GetValues<CpuLevel>().Where(level => level != CpuLevel.None && CpuLevels.Has(level)).Select(level => (int)level)];

    [Theory]
    [MemberData(nameof(Levels))]
    public void RunTask_EveryCountOfRows_EqualsDoubleProductOfQuantizedValues(int level)
    {
        for (int count = 1; count <= 14; count++)
        {
            foreach (int bits in Bits)
            {
                AssertEqualsQuantized(level, count, 64, 96, bits);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void RunTask_EdgesThatDivideNothing_EqualsDoubleProductOfQuantizedValues(int level)
    {
        foreach ((int count, int rows, int columns) in new[] { (1, 1, 1), (2, 15, 31), (3, 33, 33), (7, 47, 65), (5, 100, 1000), (13, 31, 127) })
        {
            foreach (int bits in Bits)
            {
                AssertEqualsQuantized(level, count, rows, columns, bits);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void RunTask_SeveralGroupsOfRows_EqualsDoubleProductOfQuantizedValues(int level)
    {
        AssertEqualsQuantized(level, 100, 40, 8192, 4);
        AssertEqualsQuantized(level, 100, 40, 8192, 8);
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
