using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>However steps are cut, and whatever else runs, a trained model's greedy tokens are the stored ones.</summary>
public sealed class StepKindTests(EmulatedDevice device)
{
    private readonly Emulator _emulator = device.Require();
    private readonly List<(int[] Prompt, int[] Output)> _cases = GoldenCases.Load();

    [Fact]
    public async Task Steps_DecodeRowsBesidePrefillChunks_EqualTheGolden()
    {
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        Generation first = engine.Submit(_cases[2].Prompt, 20);
        Assert.True(SpinWait.SpinUntil(() => first.GeneratedSoFar >= 2, TimeSpan.FromSeconds(30)));

        int[] second = await engine.RunAsync([.. _cases[0].Prompt, .. _cases[0].Output[..30]], 6);

        Assert.Equal(_cases[0].Output[30..36], second);
        Assert.Equal(_cases[2].Output[..20], (await EmulatedEngine.ReadAsync(first)).Ids);
        // 37 tokens of the second prompt in chunks of 7.
        Assert.True(engine.MixedSteps >= 5, $"{engine.MixedSteps} mixed steps");
    }

    [Fact]
    public async Task Steps_TooFewBlocksForAll_PreemptedSequencesEqualTheGolden()
    {
        const int BlockBytes = 8192;
        // Six blocks of 16 tokens, and the one for fill-ups: each of the three comes to need three.
        using EmulatedEngine engine = new(device, GoldenCases.Folder(), EmulatedEngine.Options with { KvMemoryBytes = 7 * BlockBytes });
        Assert.Equal(6, engine.Executor.Limits.BlockCount);

        int[][] outputs = await Task.WhenAll(new[] { 0, 2, 0 }.Select(i => engine.RunAsync(_cases[i].Prompt, 34)));

        Assert.Equal([_cases[0].Output[..34], _cases[2].Output[..34], _cases[0].Output[..34]], outputs);
        Assert.True(engine.Loop.Status.Preemptions > 0);
        Assert.Equal(0, (await engine.Loop.SnapshotAsync()).KvUsed);
    }

    [Fact]
    public async Task Steps_PrefixComputedBefore_IsNotComputedAgain()
    {
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        int[] prompt = [.. _cases[0].Prompt, .. _cases[0].Output[..33]];
        Assert.Equal(_cases[0].Output[33..37], await engine.RunAsync(prompt, 4));
        int before = engine.PrefillTokens;

        EmulatedEngine.Answer second = await EmulatedEngine.ReadAsync(engine.Submit(prompt, 4));

        Assert.Equal(_cases[0].Output[33..37], second.Ids);
        Assert.Equal((40, 32), (before, second.Outcome.CachedTokens));
        Assert.Equal(40 - 32, engine.PrefillTokens - before);
    }

    [Fact]
    public async Task Cancel_InTheMiddle_TheOthersGoOnAndItsBlocksReturn()
    {
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        Generation kept = engine.Submit(_cases[0].Prompt, 16);
        Generation dropped = engine.Submit(_cases[2].Prompt, 200);
        Generation queued = engine.Submit(_cases[2].Prompt, 16);
        Assert.True(SpinWait.SpinUntil(() => dropped.GeneratedSoFar >= 3, TimeSpan.FromSeconds(30)));

        dropped.Cancel();

        EmulatedEngine.Answer broken = await EmulatedEngine.ReadAsync(dropped);
        Assert.Equal(FinishReason.Cancelled, broken.Outcome.Reason);
        Assert.Equal(_cases[2].Output[..broken.Ids.Length], broken.Ids);
        Assert.Equal(_cases[0].Output[..16], (await EmulatedEngine.ReadAsync(kept)).Ids);
        Assert.Equal(_cases[2].Output[..16], (await EmulatedEngine.ReadAsync(queued)).Ids);
        EngineSnapshot after = await engine.Loop.SnapshotAsync();
        Assert.Equal((0, engine.Executor.Limits.BlockCount), (after.KvUsed, after.KvCached + after.KvFree));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Graphs_BatchShrinks_StepsOfEachSizeAreReplayed(int seed)
    {
        _emulator.Seed((ulong)seed);
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        (int Case, int Most)[] runs = [(0, 4), (2, 7), (0, 10), (2, 15)];

        int[][] outputs = await Task.WhenAll(runs.Select(run => engine.RunAsync(_cases[run.Case].Prompt, run.Most)));

        Assert.Equal(runs.Select(run => _cases[run.Case].Output[..run.Most]), outputs);
        Assert.True(_emulator.Launches("graph") >= 8, $"{_emulator.Launches("graph")} launches of graphs");
    }
}
