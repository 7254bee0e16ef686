using TokenFactory.Engine.Onnx.Kernels;
using TokenFactory.Engine.Onnx.Kernels.Products;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>Activations that no product likes stay in their row.</summary>
public sealed class ProductExtremesTests
{
    private const int Rows = 40;
    private const int Columns = 100;

    public static TheoryData<int, int> LevelsAndBits => ProductTests.LevelsAndBits;

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_RowOfZeros_IsZero(int level, int bits)
    {
        using ProductCase product = new(3, Rows, Columns, bits);
        product.Input.Slice(Columns, Columns).Clear();
        product.Run((CpuLevel)level);
        Assert.All(Results(product, 1), value => Assert.Equal(0, value));
        Assert.DoesNotContain(0, Results(product, 0));
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_ValueThatIsNotFinite_ReachesItsRowOnly(int level, int bits)
    {
        float[][] expected;
        using (ProductCase clean = new(3, Rows, Columns, bits))
        {
            clean.Run((CpuLevel)level);
            expected = [Results(clean, 0), Results(clean, 2)];
        }
        foreach (float value in new[] { float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            using ProductCase product = new(3, Rows, Columns, bits);
            product.Input[Columns + 77] = value;
            product.Run((CpuLevel)level);
            Assert.All(Results(product, 1), result => Assert.False(float.IsFinite(result)));
            Assert.Equal(expected[0], Results(product, 0));
            Assert.Equal(expected[1], Results(product, 2));
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_OneHugeValue_DropsOnlyItsBlock(int level, int bits)
    {
        using ProductCase product = new(1, Rows, Columns, bits);
        product.Input[5] = 1e30f;
        product.Run((CpuLevel)level);
        float[] weights = product.Unpacked();
        for (int feature = 0; feature < Rows; feature++)
        {
            double expected = 1e30 * weights[(feature * Columns) + 5];
            Assert.InRange(product.Result(0, feature), expected - 1e25, expected + 1e25);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_ValuesBelowAnyScale_CountAsZero(int level, int bits)
    {
        using ProductCase product = new(1, Rows, Columns, bits);
        product.Input.Fill(1e-40f);
        product.Run((CpuLevel)level);
        Assert.All(Results(product, 0), value => Assert.InRange(value, -1e-36f, 1e-36f));
    }

    [Theory]
    [MemberData(nameof(LevelsAndBits))]
    public void RunTask_LargestWeightsAndActivations_DoNotSaturate(int level, int bits)
    {
        using ProductCase product = new(2, Rows, 96, bits);
        product.Weights.AsSpan().Fill(1);
        product.Input[..96].Fill(-1);
        product.Input[96..].Fill(1);
        product.Run((CpuLevel)level);
        Assert.All(Results(product, 0), value => Assert.InRange(value, -96.1f, -95.9f));
        Assert.All(Results(product, 1), value => Assert.InRange(value, 95.9f, 96.1f));
    }

    [Fact]
    public void Of_LevelThatIsNotHere_SaysSo() =>
        Assert.Contains("None", Assert.Throws<PlatformNotSupportedException>(() => ProductKernels.Of(CpuLevel.None)).Message, StringComparison.Ordinal);

    private static float[] Results(ProductCase product, int row) => [.. Enumerable.Range(0, Rows).Select(feature => product.Result(row, feature))];
}
