using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Engine.Onnx.Weights;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>Packed weights stand for what was packed, within the width's own error.</summary>
public sealed class TilePackerTests
{
    [Theory]
    [InlineData(4, 4096, 1024, 4096L * 1024 * 37 / 64)]
    [InlineData(8, 4096, 1024, 4096L * 1024 * 17 / 16)]
    [InlineData(8, 1, 1, 1088)]
    [InlineData(4, 33, 33, 4 * 592)]
    public void ByteCount_OfShape_IsWholeTilesAndBlocks(int bits, int rows, int columns, long expected) =>
        Assert.Equal(expected, PackedFormat.ByteCount(rows, columns, bits));

    [Fact]
    public void Pack_EightBits_ErrsByHalfAStepAtMost()
    {
        (float[] weights, float[] unpacked) = RoundTrip(20, 70, 8);
        for (int row = 0; row < 20; row++)
        {
            for (int first = 0; first < 70; first += 32)
            {
                int end = Math.Min(first + 32, 70);
                float largest = Enumerable.Range(first, end - first).Max(k => Math.Abs(weights[(row * 70) + k]));
                for (int k = first; k < end; k++)
                {
                    Assert.InRange(Math.Abs(weights[(row * 70) + k] - unpacked[(row * 70) + k]), 0, largest / 127 * 0.501f);
                }
            }
        }
    }

    [Fact]
    public void Pack_FourBits_ErrsNoMoreThanTheRowsQuantizer()
    {
        (float[] weights, float[] unpacked) = RoundTrip(32, 1024, 4);
        double packed = 0;
        double reference = 0;
        byte[] quantized = new byte[512];
        float[] scales = new float[32];
        byte[] zeros = new byte[16];
        for (int row = 0; row < 32; row++)
        {
            BlockQuantizer.Row4(weights.AsSpan(row * 1024, 1024), quantized, scales, zeros);
            for (int k = 0; k < 1024; k++)
            {
                int weight = (quantized[k / 2] >> (k % 2 * 4)) & 15;
                int zero = (zeros[k / 64] >> (k / 32 % 2 * 4)) & 15;
                reference += Square(weights[(row * 1024) + k] - ((weight - zero) * scales[k / 32]));
                packed += Square(weights[(row * 1024) + k] - unpacked[(row * 1024) + k]);
            }
        }
        Assert.InRange(packed, 0, reference * 1.001);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Pack_ZerosAndMissingRows_AreZero(int bits)
    {
        byte[] tile = new byte[PackedFormat.TileBytes(40, bits)];
        tile.AsSpan().Fill(0xAA);
        TilePacker.Pack(new float[3 * 40], 40, bits, tile);
        float[] unpacked = new float[32 * 40];
        TilePacker.Unpack(tile, 40, bits, unpacked);
        Assert.All(unpacked, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Pack_TinyWeights_KeepTheirSign(int bits)
    {
        // Their scales are subnormal as float16.
        float[] weights = [.. Enumerable.Range(0, 32).Select(k => (k % 2 == 0 ? 1 : -1) * 1e-4f)];
        byte[] tile = new byte[PackedFormat.TileBytes(32, bits)];
        TilePacker.Pack(weights, 32, bits, tile);
        float[] unpacked = new float[32];
        TilePacker.Unpack(tile, 32, bits, unpacked);
        for (int k = 0; k < 32; k++)
        {
            Assert.InRange(unpacked[k] / weights[k], 0.8f, 1.2f);
        }
    }

    private static (float[] Weights, float[] Unpacked) RoundTrip(int rows, int columns, int bits)
    {
        using ProductCase product = new(1, rows, columns, bits);
        product.Pack();
        return (product.Weights, product.Unpacked());
    }

    private static double Square(double value) => value * value;
}
