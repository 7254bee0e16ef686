using TokenFactory.Engine.Onnx.Attention;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Attention;

public sealed class PagedAttentionTests
{
    // Sums of at most 200 products of numbers up to 2 and weights that sum to 1, in float.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Formats => [.. Enum.GetNames<KvFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Step_DecodeRowsAndChunksMixed_MatchesReference(string format) => AssertMixed(Shape(format));

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 80)]
    [InlineData(3, 96)]
    [InlineData(4, 128)]
    [InlineData(5, 72)]
    [InlineData(7, 8)]
    [InlineData(8, 256)]
    [InlineData(16, 64)]
    [InlineData(67, 16)]
    public void Step_GroupsAndHeadSizes_MatchesReference(int group, int headSize)
    {
        foreach (KvFormat format in Enum.GetValues<KvFormat>())
        {
            AssertMixed(new AttentionShape(format, KvHeads: 2, Group: group, HeadSize: headSize));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(48)]
    [InlineData(128)]
    public void Step_BlockSizes_MatchesReference(int blockSize)
    {
        foreach (KvFormat format in Enum.GetValues<KvFormat>())
        {
            AssertMixed(new AttentionShape(format, BlockSize: blockSize, HeadSize: 40));
        }
    }

    [Theory]
    [InlineData(1, 0, 16)]
    [InlineData(9, 0, 16)]
    [InlineData(64, 2, 7)]
    [InlineData(100, 0.5, 16)]
    [InlineData(0, 3, 16)]
    public void Step_WindowsAndCaps_MatchesReference(int window, double softCap, int blockSize)
    {
        foreach (KvFormat format in Enum.GetValues<KvFormat>())
        {
            AssertMixed(new AttentionShape(format, BlockSize: blockSize) { Window = window, SoftCap = (float)softCap });
        }
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(32, false)]
    [InlineData(10, true)]
    [InlineData(0, true)]
    public void Step_NormsAndRotations_MatchesReference(int rotaryPairs, bool isNormed)
    {
        // Rounding before the pool's own can move a key by one of its steps.
        foreach ((KvFormat format, double tolerance) in new[] { (KvFormat.Fp32, Tolerance), (KvFormat.Fp16, 5e-4), (KvFormat.Int8, 5e-3) })
        {
            AssertMixed(new AttentionShape(format) { RotaryPairs = rotaryPairs, IsNormed = isNormed }, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Step_ChunkAfterChunkAndTokenAfterToken_EqualsOnePrefill(string format)
    {
        AttentionShape shape = Shape(format);
        using AttentionBench bench = new(shape, 40, 3);
        TestSequence sequence = bench.Add(150);
        float[] whole = bench.Step(1, (sequence, 0, 150));
        float[] parts = [.. bench.Step(2, (sequence, 0, 70)), .. bench.Step(3, (sequence, 70, 71))];
        for (int position = 141; position < 150; position++)
        {
            parts = [.. parts, .. bench.Step(4, (sequence, position, 1))];
        }
        Assert.Equal(whole, parts);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Step_AloneAndInCompany_IsBitEqual(string format)
    {
        AttentionShape shape = Shape(format);
        using AttentionBench bench = new(shape, 60, 4);
        TestSequence one = bench.Add(90), two = bench.Add(200), three = bench.Add(33);
        bench.Step(1, (one, 0, 89), (two, 0, 100), (three, 0, 30));
        float[] together = bench.Step(2, (one, 89, 1), (two, 100, 100), (three, 30, 3));
        byte[] pool = [.. bench.Pool];
        float[] alone = [.. bench.Step(5, (one, 89, 1)), .. bench.Step(6, (two, 100, 100)), .. bench.Step(7, (three, 30, 3))];
        Assert.Equal(together, alone);
        Assert.Equal(pool, bench.Pool.ToArray());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Step_SharedBlocks_MatchesReferenceAndLeavesThem(string format)
    {
        AttentionShape shape = Shape(format);
        using AttentionBench bench = new(shape, 60, 5);
        AttentionReference reference = new(shape, bench.Weights);
        TestSequence one = bench.Add(81), two = bench.Fork(one, 5, 130);
        bench.Step(1, (one, 0, 80));
        float[] got = bench.Step(2, (two, 80, 50), (one, 80, 1));
        AssertNear(reference, two, 80, got.AsSpan(0, 50 * shape.OutputStride), shape, Tolerance);
        AssertNear(reference, one, 80, got.AsSpan(50 * shape.OutputStride), shape, Tolerance);
        Assert.Equal(got, bench.Step(3, (two, 80, 50), (one, 80, 1)));
    }

    private static AttentionShape Shape(string format) => new(Enum.Parse<KvFormat>(format));

    private static void AssertMixed(AttentionShape shape, double tolerance = Tolerance)
    {
        using AttentionBench bench = new(shape, (600 / shape.BlockSize) + 8, shape.HeadSize + shape.Group);
        AttentionReference reference = new(shape, bench.Weights);
        TestSequence one = bench.Add(150), two = bench.Add(130), three = bench.Add(17), four = bench.Add(70);
        float[] first = bench.Step(1, (one, 0, 149), (two, 0, 65), (three, 0, 16), (four, 0, 64));
        AssertNear(reference, two, 0, first.AsSpan(149 * shape.OutputStride, 65 * shape.OutputStride), shape, tolerance);
        float[] second = bench.Step(2, (one, 149, 1), (two, 65, 65), (three, 16, 1), (four, 64, 6));
        int at = 0;
        foreach ((TestSequence sequence, int start, int count) in new[] { (one, 149, 1), (two, 65, 65), (three, 16, 1), (four, 64, 6) })
        {
            AssertNear(reference, sequence, start, second.AsSpan(at, count * shape.OutputStride), shape, tolerance);
            at += count * shape.OutputStride;
        }
    }

    private static void AssertNear(AttentionReference reference, TestSequence sequence, int start, ReadOnlySpan<float> got, AttentionShape shape, double tolerance)
    {
        int tokens = got.Length / shape.OutputStride;
        for (int token = 0; token < tokens; token += token is > 3 and < 60 ? 7 : 1)
        {
            double[] expected = reference.Compute(sequence.Rows, start + token);
            for (int i = 0; i < expected.Length; i++)
            {
                double number = got[(token * shape.OutputStride) + i];
                Assert.True(Math.Abs(number - expected[i]) <= tolerance, $"{shape} token {start + token} number {i}: {number} instead of {expected[i]}");
            }
        }
    }
}
