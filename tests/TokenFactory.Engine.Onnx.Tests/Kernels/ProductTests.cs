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
    public void RunTask_OneRowWithManyTiles_EqualsDoubleProductOfQuantizedValues(int level, int bits)
    {
        // Three tasks of four tiles or more, which are read side by side; some left over, and one that is not whole.
        foreach ((int rows, int columns) in new[] { (384, 32), (384 + 37, 96), (64 * 32, 65), ((19 * 32) + 1, 200) })
        {
            AssertEqualsQuantized(level, 1, rows, columns, bits);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_OneRow_IsTheSameToTheBitAsAmongOthers(int level, int bits)
    {
        using ProductCase alone = new(1, (19 * 32) + 7, 160, bits);
        using ProductCase among = new(5, (19 * 32) + 7, 160, bits);
        using GuardedMemory bias = new(alone.Rows * sizeof(float));
        bias.Floats.Fill(0.25f);
        alone.Bias = among.Bias = bias;
        alone.Input.CopyTo(among.Input);
        alone.Run((CpuLevel)level);
        among.Run((CpuLevel)level);
        Assert.Equal(alone.Output.ToArray(), among.Output[..alone.Rows].ToArray());
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
        // Of uniform values an error of up to half a step is to the values as the step is to their range.
        double step = bits == 4 ? 1.0 / 15 : 1.0 / 127;
        Assert.InRange(Math.Sqrt(error / signal), 0, 1.5 * step);
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_WithBias_AddsItToEveryRow(int level, int bits)
    {
        using ProductCase product = new(8, 50, 64, bits);
        using GuardedMemory bias = new(50 * sizeof(float));
        product.Run((CpuLevel)level);
        float[] without = product.Output.ToArray();
        for (int feature = 0; feature < 50; feature++)
        {
            bias.Floats[feature] = feature - 20.5f;
        }
        product.Bias = bias;
        product.Run((CpuLevel)level);
        for (int i = 0; i < without.Length; i++)
        {
            int feature = i % (50 + ProductCase.Gap);
            Assert.Equal(feature < 50 ? without[i] + (feature - 20.5f) : ProductCase.Untouched, product.Output[i]);
        }
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
