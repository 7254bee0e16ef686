using System.Diagnostics;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Tests.Scheduling;

public sealed class SchedulerTests
{
    private static readonly ExecutorLimits Limits = new()
    {
        BlockSize = 16,
        BlockCount = 4096,
        MaxSequences = 64,
        MaxStepTokens = 256,
        MaxChunks = 4,
        MaxContext = 8192,
        VocabularySize = 32000,
    };

    [Fact]
    public void Schedule_LongPromptBesideRunning_ChunksItAndNobodyStalls()
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { PrefillChunk = 100 });
        Sequence running = bench.Add(10);
        bench.Run();
        Sequence longPrompt = bench.Add(250);

        List<int> chunks = [];
        while (longPrompt.GeneratedCount == 0)
        {
            ScheduledStep step = bench.Schedule();
            Assert.Equal(running, step.Sequences[0]);
            Assert.Equal(1, step.Plan.SingleTokenSlices);
            chunks.Add(step.Plan.Slices[1].Count);
            bench.Complete();
        }

        Assert.Equal([100, 100, 50], chunks);
    }

    [Fact]
    public void Schedule_BudgetBelowRunning_TakesTurns()
    {
        SchedulerBench bench = new(Limits);
        Sequence[] sequences = [.. Enumerable.Range(0, 10).Select(_ => bench.Add(2))];
        while (bench.Scheduler.WaitingCount > 0 || sequences.Any(sequence => sequence.GeneratedCount == 0))
        {
            bench.Run();
        }
        int[] before = [.. sequences.Select(sequence => sequence.GeneratedCount)];
        bench.Scheduler.Policy = bench.Scheduler.Policy with { TokenBudget = 4 };

        for (int i = 0; i < 25; i++)
        {
            Assert.Equal(4, bench.Run().Plan.Tokens.Length);
        }

        Assert.All(sequences.Zip(before), pair => Assert.InRange(pair.First.GeneratedCount - pair.Second, 9, 11));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Schedule_TinyChunks_StillFinishPrompts(int chunk)
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { PrefillChunk = chunk });
        Sequence sequence = bench.Add(23);

        int steps = 0;
        while (sequence.GeneratedCount == 0)
        {
            bench.Run();
            Assert.True(++steps < 50);
        }

        Assert.Equal((23 + chunk - 1) / chunk, steps);
    }

    [Fact]
    public void Schedule_ExecutorTakesOneChunk_NeverPlansTwo()
    {
        SchedulerBench bench = new(Limits with { MaxChunks = 1 });
        for (int i = 0; i < 8; i++)
        {
            bench.Add(20);
        }
        for (int i = 0; i < 8; i++)
        {
            ScheduledStep step = bench.Run();
            Assert.Equal(1, step.Plan.Slices.Length - step.Plan.SingleTokenSlices);
        }
        Assert.Equal(0, bench.Scheduler.WaitingCount);
    }

    [Fact]
    public void Schedule_TwoTenantsOneFloods_ServesBothAlike()
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { MaxRunning = 4, AgingTokensPerSecond = 0 });
        for (int i = 0; i < 500; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "flood");
        }
        for (int i = 0; i < 150; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "modest");
        }

        (int flood, int modest) = RunAndCount(bench, steps: 400);

        Assert.InRange(flood / (double)modest, 0.9, 1.1);
    }

    [Fact]
    public void Schedule_TenantsOfDifferentWeight_ShareByWeight()
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { MaxRunning = 4, AgingTokensPerSecond = 0 });
        for (int i = 0; i < 300; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "flood", weight: 3);
            bench.Add(20, maxNewTokens: 10, tenant: "modest", weight: 1);
        }

        (int heavy, int light) = RunAndCount(bench, steps: 300);

        Assert.InRange(heavy / (double)light, 2.7, 3.3);
    }

    [Fact]
    public void Schedule_TenantReturnsFromIdleness_HasNoCreditSavedUp()
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { MaxRunning = 2, AgingTokensPerSecond = 0 });
        bench.Add(20, maxNewTokens: 5, tenant: "modest");
        for (int i = 0; i < 300; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "flood");
        }
        for (int i = 0; i < 300; i++)
        {
            bench.Run();
        }
        for (int i = 0; i < 100; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "modest");
        }

        (int flood, int modest) = RunAndCount(bench, steps: 150);

        Assert.InRange(flood / (double)modest, 0.8, 1.25);
    }

    [Fact]
    public void Schedule_LanesUnderLoad_ShareByWeightAndIdleCapacityIsLent()
    {
        BatchPolicy policy = BatchPolicy.For(Limits) with { MaxRunning = 4, AgingTokensPerSecond = 0 };
        policy = policy with { Interactive = policy.Interactive with { Weight = 4 }, Batch = policy.Batch with { Weight = 1 } };
        SchedulerBench bench = new(Limits, policy);
        for (int i = 0; i < 60; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "flood", lane: Lane.Batch);
        }

        (int alone, _) = RunAndCount(bench, steps: 50);
        for (int i = 0; i < 300; i++)
        {
            bench.Add(20, maxNewTokens: 10, tenant: "modest");
        }
        (int batch, int interactive) = RunAndCount(bench, steps: 200);

        // Alone, the batch lane has all rows but for the steps that prompts take; beside others it has its share.
        Assert.True(alone > 50 * 3, $"{alone} tokens in 50 steps of 4 rows");
        Assert.InRange(interactive / (double)batch, 3.4, 4.6);
    }

    [Fact]
    public void Schedule_LaneOfTinyWeight_IsStartedByAging()
    {
        BatchPolicy policy = BatchPolicy.For(Limits) with { MaxRunning = 1, AgingTokensPerSecond = 50 };
        policy = policy with { Interactive = policy.Interactive with { Weight = 1000 }, Batch = policy.Batch with { Weight = 0.01 } };
        SchedulerBench bench = new(Limits, policy);
        // The batch lane has been served before: without aging, its counter of 30 / 0.01 would keep it out for millions of tokens.
        bench.Add(20, maxNewTokens: 10, tenant: "t", lane: Lane.Batch);
        Sequence waiting = bench.Add(20, maxNewTokens: 10, tenant: "t", lane: Lane.Batch);
        for (int i = 0; i < 400; i++)
        {
            bench.Add(20, maxNewTokens: 10);
        }

        int steps = 0;
        while (waiting.StartedAt == 0)
        {
            bench.Run();
            bench.Now += SchedulerBench.TicksPerSecond / 10;
            Assert.True(++steps < 1000, "the waiting request starved");
        }
    }

    [Fact]
    public void Schedule_KvBlocksShort_SaysSoAndKeepsTheOrder()
    {
        SchedulerBench bench = new(Limits with { BlockCount = 64 });
        bench.Add(800);
        Sequence big = bench.Add(500);
        Sequence small = bench.Add(20);
        for (int i = 0; i < 6; i++)
        {
            bench.Run();
        }

        Assert.Equal(WaitReason.KvBlocks, bench.Scheduler.WaitReason);
        Assert.Equal((SequenceState.Waiting, SequenceState.Waiting), (big.State, small.State));
    }

    [Fact]
    public void Schedule_PreemptionNeeded_TakesTheLatestOfTheLastLane()
    {
        SchedulerBench bench = new(Limits with { BlockCount = 12, MaxContext = 192 }, BatchPolicy.For(Limits) with { KvWatermark = 0 });
        Sequence batch = bench.Add(48, lane: Lane.Batch);
        Sequence first = bench.Add(48);
        Sequence second = bench.Add(48);
        bool preempted = false;
        for (int i = 0; i < 60 && !preempted; i++)
        {
            bench.Run();
            preempted = batch.Preemptions + first.Preemptions + second.Preemptions > 0;
        }

        Assert.Equal((1, 0, 0), (batch.Preemptions, first.Preemptions, second.Preemptions));
        Assert.Equal(SequenceState.Waiting, batch.State);
    }

    [Fact]
    public void Finish_WhateverTheState_GivesEverythingBack()
    {
        SchedulerBench bench = new(Limits);
        Sequence running = bench.Add(300);
        bench.Run();
        Sequence waiting = bench.Add(300);

        bench.Scheduler.Finish(running, FinishReason.Cancelled);
        bench.Scheduler.Finish(waiting, FinishReason.Cancelled);

        Assert.False(bench.Scheduler.HasWork);
        Assert.Equal(0, bench.Scheduler.Blocks.UsedCount);
        Assert.Equal(0, bench.Scheduler.WaitingTokens);
        bench.Scheduler.Blocks.CheckIntegrity();
    }

    [Fact]
    public void Schedule_TenThousandLiveSequences_AllocatesNothingPerToken()
    {
        SchedulerBench bench = TenThousandLive();

        Assert.Equal(0, Allocations.Of(() => bench.Run(), times: 10));
        Assert.Equal(10_000, bench.Step.Plan.Slices.Length);
    }

    [Fact]
    public void Schedule_TenThousandLiveSequences_IsFarFromASecond()
    {
        // The bound of 1 ms is held by the benchmark, in Release and alone; this one fails where a step becomes quadratic.
        SchedulerBench bench = TenThousandLive();
        bench.Run();

        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < 20; i++)
        {
            bench.Run();
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"20 steps took {watch.Elapsed}");
    }

    private static SchedulerBench TenThousandLive()
    {
        ExecutorLimits limits = Limits with { MaxSequences = 10_000, BlockCount = 400_000, MaxStepTokens = 16384, MaxChunks = 10_000, MaxContext = 1024 };
        SchedulerBench bench = new(limits);
        for (int i = 0; i < 10_000; i++)
        {
            bench.Add(32, maxNewTokens: 900, tenant: $"tenant {i % 50}", firstToken: i);
        }
        while (bench.Scheduler.WaitingCount > 0)
        {
            bench.Run();
        }
        return bench;
    }

    /// <summary>Runs steps and counts the tokens that tenants "flood" and "modest" had computed in them.</summary>
    private static (int Flood, int Modest) RunAndCount(SchedulerBench bench, int steps)
    {
        int flood = 0;
        int modest = 0;
        for (int i = 0; i < steps; i++)
        {
            ScheduledStep step = bench.Schedule();
            for (int slice = 0; slice < step.Plan.Slices.Length; slice++)
            {
                int count = step.Plan.Slices[slice].Count;
                if (step.Sequences[slice].Queue!.Tenant == "flood")
                {
                    flood += count;
                }
                else
                {
                    modest += count;
                }
            }
            bench.Complete();
        }
        return (flood, modest);
    }
}
