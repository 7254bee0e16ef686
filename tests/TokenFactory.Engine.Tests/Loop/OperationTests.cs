using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>What operators do to requests changes when they are computed and never what.</summary>
public sealed class OperationTests
{
    private const int Vocabulary = 256;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Hold_OfARunningRequest_StopsItAndReleasedItEqualsItsRunAlone(int stepsInFlight)
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { StepsInFlight = stepsInFlight }, configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        GenerationRequest request = EngineFixture.Request("held on its way", 150);
        Generation generation = engine.Submit(request);
        Task<EngineFixture.Answer> reading = EngineFixture.ReadAsync(generation);
        await UntilAsync(() => generation.GeneratedSoFar > 20);

        Assert.True(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Hold()));
        Assert.False(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Hold()));
        await Task.Delay(30, TestContext.Current.CancellationToken);
        int held = generation.GeneratedSoFar;
        await Task.Delay(50, TestContext.Current.CancellationToken);
        EngineSnapshot snapshot = await engine.Loop.SnapshotAsync();

        Assert.Equal(held, generation.GeneratedSoFar);
        Assert.Equal(SequenceState.Held, snapshot.Requests.Single().State);
        Assert.Single(snapshot.Requests.Single().PreemptedAfter);
        Assert.Equal(0, snapshot.KvUsed);
        Assert.True(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Release()));
        EngineFixture.Answer answer = await reading;
        Assert.Equal(HashExecutor.Continue(request.Prompt, 150, Vocabulary), answer.Tokens);
        Assert.Equal(FinishReason.Length, answer.Outcome.Reason);
    }

    [Fact]
    public async Task Hold_OfAWaitingRequest_LetsOthersGoFirstAndReleaseGivesItsPlaceBack()
    {
        using ManualResetEventSlim gate = new();
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { MaxSequences = 1 }, configure: executor => executor.BeforeStep = _ => gate.Wait());
        engine.Submit(EngineFixture.Request("running", 2));
        await UntilAsync(() => engine.Loop.Status.TotalRunning == 1);
        string[] ids = [.. Enumerable.Range(0, 4).Select(i => Submit(engine, $"waiting {i}"))];

        Task<bool> hold = engine.Loop.OperateAsync(ids[1], new RequestOperation.Hold());
        Task<EngineSnapshot> during = engine.Loop.SnapshotAsync();
        Task<bool> release = engine.Loop.OperateAsync(ids[1], new RequestOperation.Release());
        Task<EngineSnapshot> after = engine.Loop.SnapshotAsync();
        gate.Set();

        Assert.True(await hold);
        Assert.True(await release);
        Assert.Equal([ids[0], ids[2], ids[3]], Ids(await during, SequenceState.Waiting));
        Assert.Equal([ids[1]], Ids(await during, SequenceState.Held));
        Assert.Equal(ids, Ids(await after, SequenceState.Waiting));
    }

    [Fact]
    public async Task Move_OfAWaitingRequest_PutsItInTheOtherLane()
    {
        using ManualResetEventSlim gate = new();
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { MaxSequences = 1 }, configure: executor => executor.BeforeStep = _ => gate.Wait());
        engine.Submit(EngineFixture.Request("running", 2));
        await UntilAsync(() => engine.Loop.Status.TotalRunning == 1);
        string id = Submit(engine, "waiting");

        Task<bool> moved = engine.Loop.OperateAsync(id, new RequestOperation.Move(Lane.Batch));
        Task<bool> again = engine.Loop.OperateAsync(id, new RequestOperation.Move(Lane.Batch));
        Task<EngineSnapshot> after = engine.Loop.SnapshotAsync();
        gate.Set();

        Assert.True(await moved);
        Assert.False(await again);
        Assert.Equal(Lane.Batch, (await after).Requests.Single(request => request.Id == id).Lane);
        Assert.Equal([(Lane.Interactive, 1, 0), (Lane.Batch, 0, 1)], (await after).Shares.Select(share => (share.Lane, share.Running, share.Waiting)));
    }

    [Fact]
    public async Task Move_OfARunningRequest_CountsItsTokensInTheNewLane()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        GenerationRequest request = EngineFixture.Request("moving", 150);
        Generation generation = engine.Submit(request);
        Task<EngineFixture.Answer> reading = EngineFixture.ReadAsync(generation);
        await UntilAsync(() => generation.GeneratedSoFar > 20);

        Assert.True(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Move(Lane.Agentic)));
        EngineFixture.Answer answer = await reading;

        Assert.Equal(HashExecutor.Continue(request.Prompt, 150, Vocabulary), answer.Tokens);
        Assert.Equal(150, engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens));
        Assert.Contains(engine.Loop.Accounts.All, account => account.Lane == Lane.Agentic && account.GeneratedTokens > 0);
        Assert.Equal((0, 0), (engine.Loop.Status.Running(Lane.Interactive), engine.Loop.Status.Running(Lane.Agentic)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_ByAnOperator_EndsIt(bool isHeld)
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        GenerationRequest request = EngineFixture.Request("cancelled", 400);
        Task<EngineFixture.Answer> reading = engine.RunAsync(request);
        if (isHeld)
        {
            await engine.Loop.OperateAsync(request.Id, new RequestOperation.Hold());
        }

        Assert.True(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Cancel()));

        EngineFixture.Answer answer = await reading;
        Assert.Equal(FinishReason.Cancelled, answer.Outcome.Reason);
        Assert.Contains("operator", answer.Outcome.Error);
        Assert.Empty((await engine.Loop.SnapshotAsync()).Requests);
    }

    [Fact]
    public async Task Operate_OnNothing_SaysSo()
    {
        using EngineFixture engine = new();

        Assert.False(await engine.Loop.OperateAsync("none", new RequestOperation.Cancel()));
    }

    [Fact]
    public async Task Drain_WithAHeldRequest_WaitsForIt()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(1));
        GenerationRequest request = EngineFixture.Request("held", 300);
        Task<EngineFixture.Answer> reading = engine.RunAsync(request);
        await engine.Loop.OperateAsync(request.Id, new RequestOperation.Hold());

        Task drain = engine.Loop.DrainAsync();
        await Task.WhenAny(drain, Task.Delay(400, TestContext.Current.CancellationToken));
        Assert.False(drain.IsCompleted);
        await engine.Loop.OperateAsync(request.Id, new RequestOperation.Release());

        await reading;
        await drain.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Snapshot_OfARunningRequest_TellsItsTimeline()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        Generation generation = engine.Submit(EngineFixture.Request("telling", 300));
        await UntilAsync(() => generation.GeneratedSoFar > 3);

        RequestSnapshot request = (await engine.Loop.SnapshotAsync()).Requests.Single();

        Assert.Equal(SequenceState.Running, request.State);
        Assert.True(request.StartedAfter <= request.FirstTokenAfter && request.FirstTokenAfter <= request.Age, $"{request}");
        Assert.Empty(request.PreemptedAfter);
        generation.Cancel();
    }

    [Fact]
    public async Task Operations_AtRandomOnMany_ChangeNoToken()
    {
        using EngineFixture engine = new(
            HashExecutor.DefaultLimits with { BlockCount = 60, MaxContext = 100, StepsInFlight = 2 }, configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(1));
        GenerationRequest[] requests = [.. Enumerable.Range(0, 30).Select(i => EngineFixture.Request($"request {i} of thirty", 40, tenant: $"t{i % 3}"))];
        Task<EngineFixture.Answer>[] reading = [.. requests.Select(engine.RunAsync)];
        Random random = new(3);
        while (!reading.All(task => task.IsCompleted))
        {
            string id = requests[random.Next(requests.Length)].Id;
            await engine.Loop.OperateAsync(id, random.Next(4) switch
            {
                0 => new RequestOperation.Hold(),
                1 => new RequestOperation.Move((Lane)random.Next(3)),
                _ => new RequestOperation.Release(),
            });
        }

        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(HashExecutor.Continue(requests[i].Prompt, 40, Vocabulary), (await reading[i]).Tokens);
        }
        EngineSnapshot after = await engine.Loop.SnapshotAsync();
        Assert.Equal((0, 0), (after.Requests.Count, after.KvUsed));
    }

    private static string Submit(EngineFixture engine, string prompt)
    {
        GenerationRequest request = EngineFixture.Request(prompt, 2);
        engine.Submit(request);
        return request.Id;
    }

    private static IEnumerable<string> Ids(EngineSnapshot snapshot, SequenceState state) =>
        snapshot.Requests.Where(request => request.State == state).Select(request => request.Id);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
