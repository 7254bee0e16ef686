using System.Threading.Channels;
using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// One replica of a model: a dedicated thread that owns scheduler, KV blocks and executor. The world speaks to it by messages, drained
/// before each step; every request hears back through its own <see cref="Generation"/>. All public members are safe for any thread.
/// </summary>
public sealed class EngineLoop : IDisposable
{
    // A step that never ends must not hold up the process's own end.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private readonly Channel<EngineMessage> _mailbox = Channel.CreateUnbounded<EngineMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly EngineCore _core;
    private readonly EngineAdmission _admission;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _wake = new(initialState: false);
    private IReadOnlyList<EngineLoop> _peers = [];
    private long _openTokens;
    private int _disposed;

    /// <summary>Starts the loop's thread. The loop owns the executor from here on and disposes of it.</summary>
    public EngineLoop(IModelExecutor executor, EngineOptions options, IReadOnlyList<IEngineObserver>? observers = null)
    {
        Options = options;
        Limits = executor.Limits;
        Device = executor.Device;
        BatchPolicy policy = options.Policy ?? BatchPolicy.For(executor.Limits);
        if (policy.FindProblems(executor.Limits) is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(" ", problems), nameof(options));
        }
        _core = new EngineCore(executor, options, policy, observers ?? [], TryHandOver);
        _admission = new EngineAdmission(_core, options);
        _thread = new Thread(Run) { IsBackground = true, Name = $"engine {options.ModelName} {Device.Id}" };
        _thread.Start();
    }

    public EngineOptions Options { get; }

    public DeviceInfo Device { get; }

    public ExecutorLimits Limits { get; }

    /// <summary>Longest sequence, prompt and generated tokens together.</summary>
    public int MaxContext => _core.MaxContext;

    public EngineStatus Status => _core.Status;

    public TokenAccounts Accounts => _core.Accounts;

    public RateHistory Rates => _core.Rates;

    /// <summary>All policies since load, oldest first.</summary>
    public IReadOnlyList<PolicyVersion> Policies => _core.Policies.Versions;

    /// <summary>The policy in force.</summary>
    public PolicyVersion Policy => _core.Policies.Current;

    /// <summary>
    /// Work ahead: the prompt tokens and the most new tokens of all accepted requests that have not ended, in tokens. A request counts
    /// from its acceptance on the caller's thread, so that a burst spreads over replicas before any loop has seen it.
    /// </summary>
    public long OpenTokens => Volatile.Read(ref _openTokens);

    /// <summary>All replicas of the same model, this one among them: another goes on with what this one fails to compute.</summary>
    internal IReadOnlyList<EngineLoop> Peers
    {
        get => Volatile.Read(ref _peers);
        set => Volatile.Write(ref _peers, value);
    }

    /// <summary>Whether a well-formed request can be accepted, but for a full queue.</summary>
    public bool TakesRequests => Status.Fault is null && !_admission.Draining && Volatile.Read(ref _disposed) == 0;

    /// <summary>Whether new requests are refused until <see cref="Resume"/>.</summary>
    public bool IsDraining => _admission.Draining;

    /// <summary>Null while steps complete when there is work; else what is wrong, in words.</summary>
    public string? FindProblem()
    {
        if (Status.Fault is { } fault)
        {
            return fault;
        }
        TimeSpan quiet = Options.Clock.GetElapsedTime(Status.LastProgress);
        bool hasWork = Status.TotalRunning > 0 || Status.TotalWaiting > 0 || _admission.Arriving > 0;
        return hasWork && quiet > Options.StallAfter
            ? FormattableString.Invariant($"Work waits and no step of {Options.ModelName} on {Device.Id} has completed for {quiet.TotalSeconds:F0} s.")
            : null;
    }

    /// <summary>Queues a request. Exactly one of generation and rejection is given.</summary>
    public Rejection? TrySubmit(GenerationRequest request, out Generation? generation)
    {
        generation = null;
        if (_admission.FindRejection(request) is { } rejection)
        {
            return rejection;
        }
        Generation accepted = new(this, request, Options.Clock.GetTimestamp())
        {
            MostTokens = request.Prompt.Length + request.MostNewTokens(MaxContext),
        };
        Open(accepted);
        if (!Post(new EngineMessage.Submit(accepted)))
        {
            Close(accepted);
            _admission.Leave(request);
            return EngineAdmission.Stopped(Options.ModelName);
        }
        generation = accepted;
        return null;
    }

    /// <summary>Puts a new batch policy into force at the next step.</summary>
    /// <exception cref="ArgumentException">The policy exceeds the executor's limits; the message lists how.</exception>
    public Task<PolicyVersion> ChangePolicyAsync(BatchPolicy policy, string author, string reason)
    {
        if (policy.FindProblems(Limits) is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(" ", problems), nameof(policy));
        }
        return Ask<PolicyVersion>(done => new EngineMessage.ChangePolicy(policy, author, reason, done));
    }

    /// <summary>Refuses new requests; the task completes when none is left.</summary>
    public async Task DrainAsync()
    {
        _admission.Draining = true;
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Post(new EngineMessage.Drain(done)))
        {
            await done.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Takes requests again after <see cref="DrainAsync"/>.</summary>
    public void Resume()
    {
        _admission.Draining = false;
        Post(new EngineMessage.Resume());
    }

    /// <summary>Every request in the engine, taken between two steps.</summary>
    public Task<EngineSnapshot> SnapshotAsync() => Ask<EngineSnapshot>(done => new EngineMessage.Snapshot(done));

    /// <summary>Cancels, holds, releases or moves a request, whether it waits or runs.</summary>
    /// <returns>False where there is no such request any more, or nothing to change about it.</returns>
    public Task<bool> OperateAsync(string requestId, RequestOperation operation) => Ask<bool>(done => new EngineMessage.Operate(requestId, operation, done));

    /// <summary>Stops the loop: what still runs or waits fails with a word about why.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Post(new EngineMessage.Stop());
            if (_thread.Join(StopPatience))
            {
                _wake.Dispose();
            }
        }
    }

    /// <summary>A generation is accepted, or comes from another replica.</summary>
    internal void Open(Generation generation) => Interlocked.Add(ref _openTokens, generation.MostTokens);

    /// <summary>A generation has ended, never got in, or goes to another replica.</summary>
    internal void Close(Generation generation) => Interlocked.Add(ref _openTokens, -generation.MostTokens);

    internal bool Post(EngineMessage message)
    {
        if (!_mailbox.Writer.TryWrite(message))
        {
            return false;
        }
        _wake.Set();
        return true;
    }

    private bool TryHandOver(EngineMessage.TakeOver message) =>
        ReplicaChoice.LeastWorkBeside(this, Peers) is { } other && message.Generation.TryMove(other, message);

    private async Task<T> Ask<T>(Func<TaskCompletionSource<T>, EngineMessage> compose)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Post(compose(done)))
        {
            throw new InvalidOperationException($"The engine of {Options.ModelName} has stopped.");
        }
        return await done.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        try
        {
            while (TakeMessages())
            {
                if (!_core.Cycle())
                {
                    _core.OnIdle();
                    _wake.Wait(EngineCore.IdleTick);
                }
            }
            _core.FailAll("The engine was stopped.");
        }
        catch (Exception failure)
        {
            // Anything that reaches this place is a defect of the loop itself: no request may hang for it.
            _core.Fail($"The engine loop failed: {failure.Message}");
        }
        finally
        {
            _mailbox.Writer.Complete();
            while (_mailbox.Reader.TryRead(out EngineMessage? message))
            {
                _core.Refuse(message);
            }
            _core.Dispose();
        }
    }

    /// <summary>Handles what has arrived; false when the loop is to stop.</summary>
    private bool TakeMessages()
    {
        _wake.Reset();
        while (_mailbox.Reader.TryRead(out EngineMessage? message))
        {
            if (message is EngineMessage.Stop)
            {
                return false;
            }
            if (message.Follows is { } generation && generation.Replica != this)
            {
                generation.Post(message);
            }
            else if (message is EngineMessage.Submit submit)
            {
                _core.Accept(submit.Generation);
                _admission.Leave(submit.Generation.Request);
            }
            else
            {
                _core.Handle(message);
            }
        }
        return true;
    }
}
