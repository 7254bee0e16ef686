using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>Kernels that move rows.</summary>
public sealed class RowKernelTests(EmulatedDevice device) : KernelTest(device)
{
    [Theory]
    [CombinatorialRows(new[] { 2, 62, 66, 896 }, new[] { 1f, 29.93f })]
    public void Embedding_TokensAndLastSampled_GivesTheirRows(bool isHalf, int width, float scale)
    {
        const int Vocabulary = 11;
        ushort[] table = Elements.Random(width, Vocabulary * width, isHalf);
        int[] tokens = [10, 0, EmbeddingKernel.LastSampled, 3, EmbeddingKernel.LastSampled], rows = [0, 0, 2, 1, 0], sampled = [7, 5, 9], wanted = [10, 0, 9, 3, 7];
        using EmbeddingKernel kernel = new(Loader(isHalf));
        DeviceMemory to = Room<ushort>((tokens.Length + 1) * width);

        kernel.Launch(to.Value, Put(tokens).Value, Put(rows).Value, Put(sampled).Value, Put(table).Value, tokens.Length, width, scale, Stream);

        double[] reference = [.. wanted.SelectMany(token => table.AsSpan(token * width, width).ToArray()).Select(bits => Elements.ToFloat(bits, isHalf) * (double)scale)];
        Elements.AssertNear(reference, Get<ushort>(to, reference.Length), isHalf);
        AssertPoisoned<ushort>(to, reference.Length);
    }

    [Fact]
    public void Embedding_TokenBeyondTheTable_IsReported()
    {
        using EmbeddingKernel kernel = new(Loader(false));
        DeviceMemory to = Room<ushort>(64), table = Put(new ushort[4 * 2048]);

        Assert.ThrowsAny<Exception>(() => kernel.Launch(to.Value, Put([4]).Value, Put([0]).Value, Put([0]).Value, table.Value, 1, 2048, 1, Stream));

        Assert.Contains("outside", Emulator.LastWords, StringComparison.Ordinal);
    }

    [Theory]
    [CombinatorialRows(new[] { 2, 62, 66, 896 })]
    public void GatherRows_AnyIndices_CopiesThem(bool isHalf, int width)
    {
        ushort[] x = Elements.Random(width, 6 * width, isHalf);
        int[] indices = [5, 0, 5, 2];
        using GatherRowsKernel kernel = new(Loader(isHalf));
        DeviceMemory to = Room<ushort>(5 * width);

        kernel.Launch(to.Value, Put(x).Value, Put(indices).Value, indices.Length, width, Stream);

        Assert.Equal(indices.SelectMany(row => x.AsSpan(row * width, width).ToArray()), Get<ushort>(to, indices.Length * width));
        AssertPoisoned<ushort>(to, indices.Length * width);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(2048)]
    [InlineData(2064)]
    [InlineData(16384)]
    public void CopyKvBlocks_Pairs_CopiesThemInAllPlanes(int blockBytes)
    {
        const int Planes = 4, Blocks = 6;
        long stride = Blocks * blockBytes;
        byte[] pool = new byte[Planes * stride];
        new Random(blockBytes).NextBytes(pool);
        int[] pairs = [5, 0, 2, 4];
        using CopyKvBlocksKernel kernel = new(Loader(false));
        DeviceMemory memory = Put(pool);

        kernel.Launch(memory.Value, Put(pairs).Value, pairs.Length / 2, Planes, stride, blockBytes, Stream);

        for (int plane = 0; plane < Planes; plane++)
        {
            for (int pair = 0; pair < pairs.Length; pair += 2)
            {
                Span<byte> blocks = pool.AsSpan((int)(plane * stride), (int)stride);
                blocks.Slice(pairs[pair] * blockBytes, blockBytes).CopyTo(blocks.Slice(pairs[pair + 1] * blockBytes, blockBytes));
            }
        }
        Assert.Equal(pool, Get<byte>(memory, pool.Length));
    }

    [Theory]
    [CombinatorialRows(new[] { 4, 60, 68, 1028, 4096 }, new[] { 1.0, 1e-3, 300.0 })]
    public void QuantizeFp8_AnyWidth_RoundsToTheNearest(bool isHalf, int width, double scale)
    {
        const int Rows = 3;
        ushort[] x = Elements.Random(width, Rows * width, isHalf, scale);
        // A row of zeros has no largest number to scale by.
        x.AsSpan(width, width).Clear();
        using QuantizeFp8Kernel kernel = new(Loader(isHalf));
        DeviceMemory to = Room<byte>((Rows + 1) * width), scales = Room<float>(Rows + 1);

        kernel.Launch(to.Value, scales.Value, Put(x).Value, Rows, width, Stream);

        byte[] got = Get<byte>(to, Rows * width);
        float[] factors = Get<float>(scales, Rows);
        for (int row = 0; row < Rows; row++)
        {
            float largest = x.AsSpan(row * width, width).ToArray().Max(bits => Math.Abs(Elements.ToFloat(bits, isHalf)));
            Assert.Equal(row == 1 ? 1 : largest / 448, factors[row]);
            for (int i = row * width; i < (row + 1) * width; i++)
            {
                Assert.Equal(Elements.ToE4M3(Elements.ToFloat(x[i], isHalf) / factors[row]), got[i]);
            }
        }
        AssertPoisoned<byte>(to, got.Length);
        AssertPoisoned<float>(scales, Rows);
    }
}
