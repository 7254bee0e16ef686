using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

public sealed class BenchDriverTests
{
    private static readonly PromptMaker Prompts = new(1, 100, 0);

    [Fact]
    public async Task Closed_WithPlaces_HasThatManyUnderWayUntilNoneIsLeft()
    {
        HeldTarget target = new();
        BenchDriver driver = new(target, Prompts, TimeProvider.System);
        Task<BenchRun> run = driver.RunAsync(Workload.Fixed(7, 1, 1, concurrency: 3), TestContext.Current.CancellationToken);

        for (int i = 0; i < 7; i++)
        {
            await target.UntilAsync(sent: Math.Min(7, 3 + i));
            target.ReleaseOne();
        }

        BenchRun done = await run;
        Assert.Equal(3, target.MostUnderWay);
        Assert.Equal(7, done.Records.Count(record => record.Usage is not null));
        Assert.Equal((7, 7, 0, 7L), (driver.Counts.Sent, driver.Counts.Ended, driver.Counts.Failed, driver.Counts.Tokens));
    }

    [Fact]
    public async Task Open_WhateverIsUnderWay_SendsEachAtItsTime()
    {
        HeldTarget target = new();
        WorkloadRequest[] requests = [.. Enumerable.Range(0, 5).Select(i => new WorkloadRequest(1, 1, TimeSpan.FromMilliseconds(i)))];
        Task<BenchRun> run = new BenchDriver(target, Prompts, TimeProvider.System).RunAsync(new Workload("", requests, null, []), TestContext.Current.CancellationToken);

        await target.UntilAsync(sent: 5);
        Assert.Equal(5, target.UnderWay);
        for (int i = 0; i < 5; i++)
        {
            target.ReleaseOne();
        }

        BenchRun done = await run;
        Assert.All(done.Records, record => Assert.True(record.SentAt >= record.DueAt));
        Assert.Equal([0, 1, 2, 3, 4], done.Records.Select(record => TimeProvider.System.GetElapsedTime(done.BegunAt, record.DueAt).TotalMilliseconds));
    }

    [Fact]
    public async Task Closed_WhenNothingAnswersAnyMore_DoesNotSendTheRest()
    {
        BenchDriver driver = new(new GoneTarget(), Prompts, TimeProvider.System);

        BenchRun run = await driver.RunAsync(Workload.Fixed(1000, 1, 1, concurrency: 1), TestContext.Current.CancellationToken);

        Assert.Equal(3, run.Records.Count);
        Assert.All(run.Records, record => Assert.Equal("Nobody.", record.Failure));
    }

    private abstract class Target : IBenchTarget
    {
        public TargetFacts Facts { get; } = new("engine", "model", 100);

        public Task<IReadOnlyList<string>> PrepareAsync(WorkloadRequest request, PromptMaker prompts, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

        public void BeginRun()
        {
        }

        public EngineUse? EndRun() => null;

        public abstract Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Answers when it is told to.</summary>
    private sealed class HeldTarget : Target
    {
        private readonly SemaphoreSlim _sent = new(0);
        private readonly SemaphoreSlim _released = new(0);
        private int _seen;
        private int _underWay;

        public int UnderWay => Volatile.Read(ref _underWay);

        public int MostUnderWay { get; private set; }

        /// <summary>Waits until so many requests have come in all.</summary>
        public async Task UntilAsync(int sent)
        {
            for (; _seen < sent; _seen++)
            {
                await _sent.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        public void ReleaseOne() => _released.Release();

        public override async Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation)
        {
            record.Send(TimeProvider.System.GetTimestamp());
            lock (_sent)
            {
                MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
            }
            _sent.Release();
            await _released.WaitAsync(cancellation);
            lock (_sent)
            {
                _underWay--;
            }
            record.Add(1, TimeProvider.System.GetTimestamp());
            record.Complete(new RequestUsage(1, null, 1), TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Nothing answers.</summary>
    private sealed class GoneTarget : Target
    {
        public override Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation)
        {
            record.Send(1);
            record.Fail("Nobody.", 2, isTargetGone: true);
            return Task.CompletedTask;
        }
    }
}
