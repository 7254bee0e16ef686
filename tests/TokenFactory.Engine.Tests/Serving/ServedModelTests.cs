using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Tests.Loop;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Serving;

public sealed class ServedModelTests : IDisposable
{
    private readonly ManualResetEventSlim _gate = new(initialState: false);
    private readonly EngineFixture[] _engines;
    private readonly ServedModel _model;

    public ServedModelTests()
    {
        _engines = [.. Enumerable.Range(0, 3).Select(_ => new EngineFixture(configure: executor => executor.BeforeStep = _ => _gate.Wait()))];
        _model = new ServedModel(
            "hash", [.. _engines.Select(engine => engine.Loop)], new ByteTokenizer(), null, SamplingParameters.Greedy,
            new ModelFacts("Hash", 1, "/", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }

    [Fact]
    public async Task ChooseReplica_RequestsOfUnequalSize_GoWhereTheLeastTokensAreOpen()
    {
        List<Generation> open = [Submit(100), Submit(20), Submit(20)];
        Assert.Equal([0, 1, 2], open.Select(Where));

        open.AddRange([Submit(20), Submit(20), Submit(20)]);
        Assert.Equal([1, 2, 1], open[3..].Select(Where));

        _gate.Set();
        await Task.WhenAll(open.Select(EngineFixture.ReadAsync));
        Assert.All(_model.Replicas, replica => Assert.Equal(0, replica.OpenTokens));
        Assert.Equal(0, Where(Submit(1)));
    }

    [Fact]
    public void ChooseReplica_OneFailedAndOneDrains_TheyAreLeftOut()
    {
        _engines[0].Executor.BeforeStep = _ => throw new ExecutorException("gone");
        _gate.Set();
        _engines[0].Submit(EngineFixture.Request("a"));
        for (int i = 0; i < 3 && _engines[0].Loop.Status.Fault is null; i++)
        {
            _engines[0].Loop.TrySubmit(EngineFixture.Request("a"), out _);
            SpinWait.SpinUntil(() => _engines[0].Loop.Status.Fault is not null, TimeSpan.FromSeconds(1));
        }
        Assert.NotNull(_engines[0].Loop.Status.Fault);
        _ = _engines[1].Loop.DrainAsync();

        Assert.Same(_engines[2].Loop, _model.ChooseReplica());
        Assert.Null(_model.FindProblem());
    }

    [Fact]
    public async Task TrySubmit_AfterDrain_EveryReplicaRefusesUntilItResumes()
    {
        _gate.Set();
        await _model.DrainAsync();
        Assert.Equal(RejectionKind.Draining, _model.ChooseReplica().TrySubmit(EngineFixture.Request("a"), out _)?.Kind);

        _model.Resume();
        Assert.Null(_model.ChooseReplica().TrySubmit(EngineFixture.Request("a"), out _));
    }

    [Fact]
    public async Task ChangePolicyAsync_ThreeReplicas_AllHaveTheNewPolicy()
    {
        _gate.Set();
        await _model.ChangePolicyAsync(_model.Policy.Policy with { MaxRunning = 2 }, "ada", "calmer");

        Assert.All(_model.Replicas, replica => Assert.Equal((2, 2, "ada"), (replica.Policy.Version, replica.Policy.Policy.MaxRunning, replica.Policy.Author)));
    }

    [Fact]
    public async Task ChangePolicyAsync_BeyondTheLimits_NoReplicaChanges()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _model.ChangePolicyAsync(_model.Policy.Policy with { MaxRunning = 9999 }, "ada", ""));

        Assert.All(_model.Replicas, replica => Assert.Equal(1, replica.Policy.Version));
    }

    [Fact]
    public void ChooseReplica_AnyNumber_AllocatesNothing() => Assert.Equal(0, Allocations.Of(() => _model.ChooseReplica(), 100));

    public void Dispose()
    {
        _gate.Set();
        _model.Dispose();
        Assert.All(_engines, engine => Assert.True(engine.Executor.IsDisposed));
        _gate.Dispose();
    }

    private Generation Submit(int tokens)
    {
        Assert.Null(_model.ChooseReplica().TrySubmit(EngineFixture.Request("p", tokens), out Generation? generation));
        return generation!;
    }

    private int Where(Generation generation) => Array.FindIndex(_engines, engine => engine.Loop == generation.Replica);
}
