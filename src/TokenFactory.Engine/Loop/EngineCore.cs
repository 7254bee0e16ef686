using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// What the loop's thread owns: the scheduler, the steps under way and every generation. Not safe for other threads but for the members
/// that say so.
/// </summary>
internal sealed class EngineCore : IDisposable
{
    /// <summary>How long an idle loop sleeps at most, so that time limits are seen.</summary>
    public static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(200);

    // A device that fails this often in a row is given up.
    private const int MostFailures = 3;

    private readonly IModelExecutor _executor;
    private readonly EngineOptions _options;
    private readonly Scheduler _scheduler;
    private readonly StepPipeline _pipeline;
    private readonly GenerationBook _book;
    private readonly List<TaskCompletionSource> _drains = [];
    private readonly List<Sequence> _listing = [];
    private long _nextSequence = 1;
    private long _waitingTokens;
    private int _waitingRequests;
    private int _failures;
    private bool _draining;

    /// <param name="executor">Computes steps; disposed of with this.</param>
    /// <param name="options">What the loop is told of its model.</param>
    /// <param name="policy">The first batch policy; checked by the caller.</param>
    /// <param name="observers">Hear what happens.</param>
    /// <param name="tryHandOver">Gives a generation to another replica; false where none takes it.</param>
    public EngineCore(
        IModelExecutor executor, EngineOptions options, BatchPolicy policy, IReadOnlyList<IEngineObserver> observers, Func<EngineMessage.TakeOver, bool> tryHandOver)
    {
        _executor = executor;
        _options = options;
        Limits = executor.Limits;
        TimeProvider clock = options.Clock;
        _scheduler = new Scheduler(Limits, policy, clock.TimestampFrequency);
        Policies = new PolicyHistory(policy, clock.GetUtcNow());
        Drain = new DrainRate(clock.TimestampFrequency);
        Status.MarkProgress(clock.GetTimestamp());
        Status.Update(_scheduler);
        _book = new GenerationBook(_scheduler, options, Status, observers, tryHandOver);
        _pipeline = new StepPipeline(executor, _scheduler, _book, Rates, options, observers);
    }

    public ExecutorLimits Limits { get; }

    public int MaxContext => _scheduler.MaxContext;

    public EngineStatus Status { get; } = new();

    public TokenAccounts Accounts { get; } = new();

    public RateHistory Rates { get; } = new();

    public PolicyHistory Policies { get; }

    public DrainRate Drain { get; }

    /// <summary>Safe for any thread.</summary>
    public int WaitingRequests => Volatile.Read(ref _waitingRequests);

    /// <summary>Prompt tokens of waiting requests. Safe for any thread.</summary>
    public long WaitingTokens => Volatile.Read(ref _waitingTokens);

    /// <summary>Takes an accepted request into the queue.</summary>
    public void Accept(Generation generation)
    {
        GenerationRequest request = generation.Request;
        int maxNewTokens = request.MostNewTokens(MaxContext);
        Sequence sequence = new(
            _nextSequence++, request.Lane, request.Prompt, maxNewTokens, new SamplingState(request.Sampling, request.Prompt, maxNewTokens, request.Constraint))
        {
            ArrivedAt = generation.ArrivedAt,
            Owner = generation,
            HashRoot = HashRoot(request),
            MayDraft = request.StopStrings.Count == 0,
        };
        generation.Sequence = sequence;
        generation.Output = new GenerationOutput(_options.Tokenizer.CreateDecoder(request.SkipSpecialTokens), request.StopStrings);
        generation.Account = Accounts.Open(request.Tenant, request.Lane);
        _scheduler.Add(sequence, request.Tenant, request.TenantWeight);
        UpdateStatus();
    }

    public void Handle(EngineMessage message)
    {
        switch (message)
        {
            case EngineMessage.Cancel cancel:
                _book.End(cancel.Generation, cancel.Reason, error: null);
                break;
            case EngineMessage.TakeOver takeOver:
                TakeOver(takeOver);
                UpdateStatus();
                break;
            case EngineMessage.ReaderCaughtUp caughtUp:
                _book.ResumeReading(caughtUp.Generation);
                break;
            case EngineMessage.ChangePolicy change:
                _scheduler.Policy = change.Policy;
                change.Done.SetResult(Policies.Add(change.Policy, change.Author, change.Reason, _options.Clock.GetUtcNow()));
                break;
            case EngineMessage.Drain drain:
                _draining = true;
                _drains.Add(drain.Done);
                break;
            case EngineMessage.Resume:
                _draining = false;
                break;
            case EngineMessage.Snapshot snapshot:
                snapshot.Done.SetResult(TakeSnapshot());
                break;
            case EngineMessage.Operate operate:
                operate.Done.SetResult(Operate(operate.RequestId, operate.Operation));
                UpdateStatus();
                break;
        }
    }

    /// <summary>Answers a message that came after the end.</summary>
    public void Refuse(EngineMessage message)
    {
        InvalidOperationException stopped = new($"The engine of {_options.ModelName} has stopped.");
        switch (message)
        {
            case EngineMessage.Submit submit:
                GenerationOutcome outcome = new(
                    FinishReason.Failed, submit.Generation.Request.Prompt.Length, 0, 0, TimeSpan.Zero, null, TimeSpan.Zero, stopped.Message);
                submit.Generation.Request.Listener?.OnFinished(submit.Generation, outcome);
                submit.Generation.End([], outcome);
                break;
            case EngineMessage.TakeOver takeOver:
                TakeOver(takeOver);
                _book.End(takeOver.Generation, FinishReason.Failed, stopped.Message);
                break;
            case EngineMessage.ChangePolicy change:
                change.Done.SetException(stopped);
                break;
            case EngineMessage.Drain drain:
                drain.Done.SetResult();
                break;
            case EngineMessage.Snapshot snapshot:
                snapshot.Done.SetException(stopped);
                break;
            case EngineMessage.Operate operate:
                operate.Done.SetException(stopped);
                break;
        }
    }

    /// <summary>
    /// One turn: a step is scheduled and handed to the executor; while it runs, the tokens of the step before become text and reach
    /// their readers; then the oldest step is waited for. False: there was nothing to compute.
    /// </summary>
    public bool Cycle()
    {
        _book.CheckReaders();
        try
        {
            Submit();
            UpdateStatus();
            _book.Publish();
            if (!_pipeline.IsBusy)
            {
                return false;
            }
            _pipeline.Complete();
            _failures = 0;
        }
        catch (ExecutorException failure)
        {
            OnStepFailed(failure);
        }
        Status.MarkProgress(_options.Clock.GetTimestamp());
        UpdateStatus();
        return true;
    }

    /// <summary>
    /// Called when nothing has been asked for a while: a good time to check that no block was lost. It looks at all of them, which the
    /// next request would wait for if it were done whenever there is a moment without one.
    /// </summary>
    public void OnQuiet()
    {
        if (_scheduler.RunningCount == 0)
        {
            _scheduler.Blocks.CheckIntegrity();
        }
    }

    /// <summary>Called when there is nothing to compute.</summary>
    public void OnIdle()
    {
        if (!_scheduler.HasWork)
        {
            Status.MarkProgress(_options.Clock.GetTimestamp());
            if (_scheduler.HeldCount == 0)
            {
                CompleteDrains();
            }
        }
    }

    /// <summary>Ends everything that runs or waits.</summary>
    public void FailAll(string error)
    {
        _pipeline.Abandon();
        _book.Publish();
        ListAll();
        foreach (Sequence sequence in _listing)
        {
            _book.End((Generation)sequence.Owner!, FinishReason.Failed, error);
        }
        CompleteDrains();
        UpdateStatus();
    }

    /// <summary>Ends everything and serves no more.</summary>
    public void Fail(string fault)
    {
        Status.MarkFault(fault);
        FailAll(fault);
    }

    public void Dispose() => _executor.Dispose();

    private void Submit()
    {
        int waiting = _scheduler.WaitingCount;
        while (_pipeline.TrySubmit())
        {
        }
        Drain.Add(Math.Max(0, waiting - _scheduler.WaitingCount), _options.Clock.GetTimestamp());
    }

    private void OnStepFailed(ExecutorException failure)
    {
        // What the failed steps wrote is unknown, so nothing that ran goes on here and nothing cached is trusted. What waits is kept.
        _pipeline.Abandon();
        _book.Publish();
        Status.MarkFailedStep();
        _failures++;
        string error = $"{_executor.Device.Id} failed: {failure.Message}";
        _listing.Clear();
        _scheduler.CopyRunning(_listing);
        if (failure.IsDeviceLost || _failures >= MostFailures)
        {
            // First, so that nothing is given back to this replica by another that fails too.
            Status.MarkFault(failure.IsDeviceLost ? $"{error} The device is lost to this process." : $"{_executor.Device.Id} failed {_failures} steps in a row, last with: {failure.Message}");
            ListAll();
        }
        foreach (Sequence sequence in _listing)
        {
            _book.HandOver((Generation)sequence.Owner!, Status.Fault ?? error);
        }
        _scheduler.Blocks.DropCache();
    }

    private void TakeOver(EngineMessage.TakeOver message)
    {
        Generation generation = message.Generation;
        GenerationRequest request = generation.Request;
        long now = _options.Clock.GetTimestamp();
        Sequence sequence = message.Left.MoveTo(_nextSequence++, HashRoot(request), generation.HasStarted, now);
        generation.Sequence = sequence;
        generation.Account = Accounts.Open(request.Tenant, sequence.Lane);
        _scheduler.Add(sequence, request.Tenant, request.TenantWeight);
        if (message.IsHeld)
        {
            _scheduler.Hold(sequence, now);
        }
        _book.TakeOverReader(generation);
    }

    private UInt128 HashRoot(GenerationRequest request) => BlockHash.Root(_options.CacheIdentity, request.CacheSalt);

    private void UpdateStatus()
    {
        Status.Update(_scheduler);
        Volatile.Write(ref _waitingRequests, _scheduler.WaitingCount);
        Volatile.Write(ref _waitingTokens, _scheduler.WaitingTokens);
    }

    private void CompleteDrains()
    {
        foreach (TaskCompletionSource drain in _drains)
        {
            drain.TrySetResult();
        }
        _drains.Clear();
    }

    private void ListAll()
    {
        _listing.Clear();
        _scheduler.CopyRunning(_listing);
        _scheduler.CopyWaiting(_listing);
        _scheduler.CopyHeld(_listing);
    }

    private bool Operate(string requestId, RequestOperation operation)
    {
        ListAll();
        Sequence? sequence = _listing.Find(one => ((Generation)one.Owner!).Request.Id == requestId);
        return sequence is not null && Operate(sequence, (Generation)sequence.Owner!, operation);
    }

    private bool Operate(Sequence sequence, Generation generation, RequestOperation operation)
    {
        switch (operation)
        {
            case RequestOperation.Cancel:
                _book.End(generation, FinishReason.Cancelled, "An operator cancelled it.");
                return true;
            case RequestOperation.Hold:
                return _scheduler.Hold(sequence, _options.Clock.GetTimestamp());
            case RequestOperation.Release:
                return _scheduler.Release(sequence);
            case RequestOperation.Move move when _scheduler.Move(sequence, move.To):
                generation.Account = Accounts.Open(generation.Request.Tenant, move.To);
                return true;
            default:
                return false;
        }
    }

    private EngineSnapshot TakeSnapshot()
    {
        long now = _options.Clock.GetTimestamp();
        ListAll();
        RequestSnapshot[] requests = new RequestSnapshot[_listing.Count];
        for (int i = 0; i < requests.Length; i++)
        {
            requests[i] = Describe(_listing[i], now);
        }
        List<ShareSnapshot> shares = [];
        _scheduler.CopyShares(shares);
        KvBlockManager blocks = _scheduler.Blocks;
        return new EngineSnapshot(
            requests, shares, _scheduler.WaitReason, Drain.PerSecond, blocks.UsedCount, blocks.CachedCount, blocks.FreeCount, Policies.Current, _draining, _options.Clock.GetElapsedTime(now));
    }

    private RequestSnapshot Describe(Sequence sequence, long now)
    {
        Generation generation = (Generation)sequence.Owner!;
        return new RequestSnapshot(
            generation.Request.Id,
            generation.Request.Tenant,
            sequence.Lane,
            sequence.State,
            sequence.Id,
            sequence.PromptCount,
            sequence.ComputedCount,
            sequence.GeneratedCount,
            sequence.MaxNewTokens,
            _options.Clock.GetElapsedTime(sequence.ArrivedAt, now),
            Since(sequence, sequence.StartedAt),
            Since(sequence, generation.FirstTokenAt),
            sequence.PreemptedAt.Count == 0 ? [] : [.. sequence.PreemptedAt.Select(at => Since(sequence, at)!.Value)],
            sequence.ReaderBehind);
    }

    /// <summary>How long after its arrival something happened to a sequence; null where it has not.</summary>
    private TimeSpan? Since(Sequence sequence, long at) => at == 0 ? null : _options.Clock.GetElapsedTime(sequence.ArrivedAt, at);
}
