using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>Both kernels of attention against a plain one in double, on a paged cache whose unused places hold no numbers.</summary>
public sealed class AttentionTests(EmulatedDevice device) : KernelTest(device)
{
    private static readonly int[] Contexts = [1, 15, 16, 17, 33, 130, 700];

    [Theory]
    [CombinatorialRows(new[] { 64, 96, 128, 256 }, new[] { false, true })]
    public void Decode_AnyHeadSize_MatchesReference(bool isHalf, int headSize, bool isFp8) =>
        Decode(new AttentionCase(isHalf, new KvShape(headSize, 16, isFp8), 2, 3, Contexts, headSize), isHalf, splits: 1, order: 1);

    [Theory]
    [InlineData(1, 1, 2ul)]
    [InlineData(1, 5, 3ul)]
    [InlineData(3, 2, 4ul)]
    [InlineData(8, 3, 5ul)]
    [InlineData(20, 1, 6ul)]
    [InlineData(20, 4, 7ul)]
    [InlineData(32, 64, 8ul)]
    public void Decode_GroupsAndSplits_MatchReference(int group, int splits, ulong order) =>
        Decode(new AttentionCase(false, new KvShape(64, 32, false), 2, group, Contexts, group), false, splits, order);

    [Theory]
    [InlineData(0, 20f, 1)]
    [InlineData(1, 0f, 3)]
    [InlineData(16, 0f, 1)]
    [InlineData(33, 30f, 2)]
    [InlineData(129, 0f, 4)]
    [InlineData(5000, 0f, 2)]
    public void Decode_WindowsAndCaps_MatchReference(int window, float softCap, int splits) =>
        Decode(new AttentionCase(false, new KvShape(64, 16, false), 1, 4, Contexts, window) { Window = window, SoftCap = softCap }, false, splits, 9);

    // Sinks from far below all scores to far above them, whose weight no float holds.
    [Theory]
    [CombinatorialRows(new[] { 0, 16 }, new[] { 1, 3 })]
    public void Both_Sinks_TakePartInTheSum(bool isHalf, int window, int splits)
    {
        double[] sinks = [-200, -3, 0, 1, 2.5, 6, 30, 200];
        AttentionCase its = new(isHalf, new KvShape(64, 16, false), 2, 4, Contexts, window) { Window = window, Sinks = [.. sinks.Select(sink => Elements.From(sink, isHalf))] };

        Decode(its, isHalf, splits, order: 3);
        Prefill(its, [1, 15, 16, 17, 33, 65, 20], isHalf, order: 4);
    }

    [Theory]
    [CombinatorialRows(new[] { 64, 96, 128, 256 }, new[] { false, true })]
    public void Prefill_AnyHeadSize_MatchesReference(bool isHalf, int headSize, bool isFp8) =>
        Prefill(new AttentionCase(isHalf, new KvShape(headSize, 16, isFp8), 1, 3, [1, 31, 67, 150], headSize), [1, 31, 67, 9], isHalf, order: 1);

    [Theory]
    [InlineData(1, 0, 0f, 2ul)]
    [InlineData(8, 0, 0f, 3ul)]
    [InlineData(20, 0, 50f, 4ul)]
    [InlineData(2, 1, 0f, 5ul)]
    [InlineData(2, 16, 0f, 6ul)]
    [InlineData(2, 40, 30f, 7ul)]
    public void Prefill_GroupsWindowsAndCaps_MatchReference(int group, int window, float softCap, ulong order) =>
        Prefill(
            new AttentionCase(false, new KvShape(64, 32, false), 2, group, [64, 65, 16, 300], group + window) { Window = window, SoftCap = softCap }, [64, 65, 1, 100], false, order);

    [Fact]
    public void Prefill_TileOfNone_DoesNothing()
    {
        AttentionCase its = new(false, new KvShape(64, 16, false), 1, 1, [5], 1);
        using AttentionPrefillKernel kernel = new(Loader(false), its.Shape);
        DeviceMemory to = Room<ushort>(64);

        kernel.Launch(Arguments(its, to, its.Queries(1)), Put([new PrefillTile(0, 0, 0, 0)]).Value, 1, Stream);

        AssertPoisoned<ushort>(to, 0);
    }

    [Fact]
    public void Decode_TableThatNamesNoBlock_IsReported()
    {
        AttentionCase its = new(false, new KvShape(64, 16, false), 1, 1, [40], 1);
        its.Tables[1] = 1 << 24;
        using AttentionDecodeKernel kernel = new(Loader(false), its.Shape);

        CudaException refused = Assert.Throws<CudaException>(
            () => kernel.Launch(Arguments(its, Room<ushort>(64), its.Queries(1)), 1, Put([39]).Value, Put([0]).Value, 0, 0, 1, Stream));

        Assert.Equal(Emulator.IllegalAddress, refused.Code);
    }

    [Theory]
    [InlineData(1, 14, 2, 8192, 132, 32)]
    [InlineData(256, 32, 8, 8192, 132, 1)]
    [InlineData(8, 32, 8, 8192, 132, 5)]
    [InlineData(1, 14, 2, 100, 132, 1)]
    public void SplitsFor_StepAndDevice_FillsItAndNoMore(int tokens, int queryHeads, int kvHeads, int context, int multiprocessors, int wanted) =>
        Assert.Equal(wanted, AttentionDecodeKernel.SplitsFor(tokens, queryHeads, kvHeads, context, multiprocessors));

    private void Decode(AttentionCase its, bool isHalf, int splits, ulong order)
    {
        using AttentionDecodeKernel kernel = new(Loader(isHalf), its.Shape);
        int tokens = its.Contexts.Length, width = its.QueryHeads * its.Shape.HeadSize;
        // Rows of the tables in another order than the tokens.
        int[] rows = [.. Enumerable.Range(0, tokens).Reverse()], positions = [.. rows.Select(row => its.Contexts[row] - 1)];
        ushort[] queries = its.Queries(tokens);
        DeviceMemory to = Room<ushort>((tokens + 1) * width), partial = Room<byte>(kernel.PartialBytes(tokens, its.QueryHeads, splits));
        int doneCount = AttentionDecodeKernel.DoneCount(tokens, its.QueryHeads, its.KvHeads);
        DeviceMemory done = Put(new uint[doneCount]);
        AttentionArguments arguments = Arguments(its, to, queries);
        nint at = Put(positions).Value, held = Put(rows).Value;
        Emulator.Seed(order);

        // Twice: the second launch meets the counters that the first has left.
        for (int launch = 0; launch < 2; launch++)
        {
            to.Fill(0xCD, Stream);
            kernel.Launch(arguments, tokens, at, held, partial.Value, done.Value, splits, Stream);

            ushort[] got = Get<ushort>(to, tokens * width);
            for (int token = 0; token < tokens; token++)
            {
                AssertReference(its, queries.AsSpan(token * its.QkvStride, width), rows[token], positions[token], got.AsSpan(token * width, width), isHalf);
            }
            AssertPoisoned<ushort>(to, tokens * width);
            Assert.All(Get<uint>(done, doneCount), count => Assert.Equal(0u, count));
        }
    }

    private void Prefill(AttentionCase its, int[] chunks, bool isHalf, ulong order)
    {
        using AttentionPrefillKernel kernel = new(Loader(isHalf), its.Shape);
        int tokens = chunks.Sum(), width = its.QueryHeads * its.Shape.HeadSize;
        List<PrefillTile> tiles = [];
        for (int row = 0, first = 0; row < chunks.Length; first += chunks[row++])
        {
            PrefillTile[] cut = new PrefillTile[AttentionPrefillKernel.TilesOf(chunks[row])];
            AttentionPrefillKernel.Cut(first, its.Contexts[row] - chunks[row], chunks[row], row, cut);
            tiles.AddRange(cut);
        }
        ushort[] queries = its.Queries(tokens);
        DeviceMemory to = Room<ushort>((tokens + 1) * width);
        Emulator.Seed(order);

        kernel.Launch(Arguments(its, to, queries), Put(tiles.ToArray()).Value, tiles.Count, Stream);

        ushort[] got = Get<ushort>(to, tokens * width);
        foreach (PrefillTile tile in tiles)
        {
            for (int i = 0; i < tile.Count; i++)
            {
                int token = tile.FirstToken + i;
                AssertReference(its, queries.AsSpan(token * its.QkvStride, width), tile.Row, tile.Position + i, got.AsSpan(token * width, width), isHalf);
            }
        }
        AssertPoisoned<ushort>(to, tokens * width);
    }

    private static void AssertReference(AttentionCase its, ReadOnlySpan<ushort> query, int row, int position, ReadOnlySpan<ushort> got, bool isHalf)
    {
        double[] wanted = new double[got.Length], most = new double[got.Length];
        its.Reference(query, row, position, wanted, most);
        for (int i = 0; i < got.Length; i++)
        {
            double number = Elements.ToFloat(got[i], isHalf);
            Assert.True(Math.Abs(number - wanted[i]) <= most[i], $"row {row}, position {position}: number {i} is {number}, and should be {wanted[i]} within {most[i]}");
        }
    }

    private AttentionArguments Arguments(AttentionCase its, DeviceMemory to, ushort[] queries) => new()
    {
        Result = to.Value,
        Qkv = Put(queries).Value,
        Keys = Put(its.Keys).Value,
        Values = Put(its.Values).Value,
        BlockTables = Put(its.Tables).Value,
        Sinks = its.Sinks is null ? 0 : Put(its.Sinks).Value,
        QkvStride = its.QkvStride,
        TableStride = its.TableStride,
        QueryHeads = its.QueryHeads,
        KvHeads = its.KvHeads,
        Scale = its.Scale,
        SoftCap = its.SoftCap,
        Window = its.Window,
        KeyScale = AttentionCase.KeyScale,
        ValueScale = AttentionCase.ValueScale,
    };
}
