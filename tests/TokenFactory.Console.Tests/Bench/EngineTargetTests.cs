using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Bench;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>The engine in this process, on an executor without a model.</summary>
public sealed class EngineTargetTests : IAsyncDisposable
{
    private readonly StepMeter _meter = new();
    private readonly HashExecutor _executor = new();
    private readonly ServedModel _model;
    private readonly EngineTarget _target;

    public EngineTargetTests()
    {
        ByteTokenizer tokenizer = new();
        EngineLoop loop = new(_executor, new EngineOptions { ModelName = "hash", CacheIdentity = "hash", Tokenizer = tokenizer }, [_meter]);
        _model = new ServedModel("hash", [loop], tokenizer, null, new SamplingParameters(), new ModelFacts("None", 0, "", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        _target = new EngineTarget(_model, _meter, new TargetFacts("engine", "hash", 256), Lane.Agentic, tenants: 2, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _model.Dispose();
    }

    /// <summary>A prompt of ten tokens at once, then three steps of one token each, which sees 11, 12 and 13 positions; the fourth token is the first step's.</summary>
    [Fact]
    public async Task Steps_OfOneRequest_AreCountedToTheTokenAndPosition()
    {
        BenchReport report = await RunAsync(new BenchOptions { Requests = 1, Concurrency = 1, PromptTokens = 10, OutputTokens = 4 });

        EngineUse use = _target.LastUse;
        Assert.Equal((1, 10L, 1L, 10L, 55L), (use.Prefill.Steps, use.Prefill.Tokens, use.Prefill.Sampled, use.Prefill.PositionsRead, use.Prefill.PairsScored));
        Assert.Equal((3, 3L, 3L, 36L, 36L), (use.Decode.Steps, use.Decode.Tokens, use.Decode.Sampled, use.Decode.PositionsRead, use.Decode.PairsScored));
        Assert.Equal(4, report.Engine!.Steps);
    }

    [Fact]
    public async Task Run_OfManyRequests_CountsEveryTokenOnce()
    {
        BenchReport report = await RunAsync(new BenchOptions { Requests = 40, Concurrency = 5, PromptTokens = 30, OutputTokens = 12, SharedPrefix = 16 });

        Assert.Equal((40, 0, 0), (report.Requests.Answered, report.Requests.Failed, report.Requests.NotSent));
        Assert.Equal((1200L, 480L), (report.Tokens.Prompt, report.Tokens.Output));
        Assert.True(report.Tokens.Cached > 0);
        Assert.Equal(1200 - report.Tokens.Cached!.Value, _target.LastUse.Prefill.Tokens + _target.LastUse.Decode.Tokens - (480 - 40));
        Assert.Equal(480, _model.Replicas[0].Accounts.All.Where(account => account.Lane == Lane.Agentic).Sum(account => account.GeneratedTokens) - 8);
        Assert.Equal(["bench-0", "bench-1"], _model.Replicas[0].Accounts.All.Select(account => account.Tenant).Order());
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task Engine_ThatFails_IsCountedUnderItsReasonAndTheRestIsNotSent()
    {
        int steps = 0;
        _executor.BeforeStep = _ =>
        {
            if (++steps > 30)
            {
                throw new Engine.Execution.ExecutorException("the device is gone");
            }
        };

        BenchReport report = await RunAsync(new BenchOptions { Requests = 500, Concurrency = 1, PromptTokens = 4, OutputTokens = 5 });

        Assert.Equal(500, report.Requests.Answered + report.Requests.Failed + report.Requests.NotSent);
        Assert.InRange(report.Requests.Answered, 1, 6);
        Assert.True(report.Requests.NotSent > 0);
        Assert.Contains("the device is gone", report.Requests.Failures[0].Reason);
    }

    [Fact]
    public void Counting_OfTokensAndSteps_AllocatesNothing()
    {
        int at = 0;
        RequestRecord record = new(new WorkloadRequest(1, 100_000), 0, new RunCounts());
        StepReport step = new(_executor.Device, 3, 1, 1, TimeSpan.FromMilliseconds(1), 0.5, new StepWork(3, 3, 6));
        _meter.Begin(_model.Replicas);

        long allocated = Allocations.Of(
            () =>
            {
                record.Add(1, ++at);
                _meter.OnStep(step);
            },
            times: 1000);

        Assert.Equal(0, allocated);
    }

    private Task<BenchReport> RunAsync(BenchOptions options) => BenchSession.RunAsync(_target, options, WorkloadMaker.Make(options), new ProgressBar(null));
}
