using System.Threading.Tasks.Sources;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// A request in the engine, as its reader sees it. Tokens gather in a bounded buffer; whoever reads gets all that is there at once, so
/// that a slow reader gets fewer and larger pieces, and one that stops reading stops its own generation and no other.
/// </summary>
public sealed class Generation : IValueTaskSource<bool>
{
    /// <summary>Unread tokens at which the engine stops generating until the reader has looked.</summary>
    public const int Capacity = 1024;

    private readonly Lock _lock = new();
    private EngineLoop _replica;
    private GenerationDelta _pending = new();
    private GenerationOutcome? _outcome;
    private bool _started;
    private int _generated;
    private int _cached;
    private double _joules = double.NaN;
    private bool _full;
    private bool _waiting;
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };

    internal Generation(EngineLoop replica, GenerationRequest request, long arrivedAt)
    {
        _replica = replica;
        Request = request;
        ArrivedAt = arrivedAt;
    }

    public GenerationRequest Request { get; }

    /// <summary>The replica that computes it: another one from when the first has failed.</summary>
    public EngineLoop Replica => Volatile.Read(ref _replica);

    /// <summary>The name of the model that generates it.</summary>
    public string Model => Replica.Options.ModelName;

    /// <summary>How it ended; null while it goes on. Set before the last <see cref="WaitAsync"/> returns.</summary>
    public GenerationOutcome? Outcome
    {
        get
        {
            lock (_lock)
            {
                return _outcome;
            }
        }
    }

    /// <summary>Tokens generated so far, also those that no reader has seen yet. Safe for any thread.</summary>
    public int GeneratedSoFar
    {
        get => Volatile.Read(ref _generated);
        internal set => Volatile.Write(ref _generated, value);
    }

    /// <summary>Whether a step has computed some of its prompt. Safe for any thread.</summary>
    public bool HasStarted
    {
        get => Volatile.Read(ref _started);
        internal set => Volatile.Write(ref _started, value);
    }

    /// <summary>Prompt tokens that came from the KV cache, once it has started. Safe for any thread.</summary>
    public int CachedSoFar
    {
        get => Volatile.Read(ref _cached);
        internal set => Volatile.Write(ref _cached, value);
    }

    /// <summary>Its share of the energy so far, in joules; null where nothing measures it. Safe for any thread.</summary>
    public double? JoulesSoFar => Volatile.Read(ref _joules) is double joules && !double.IsNaN(joules) ? joules : null;

    /// <summary>Whether it has gone on to another replica; it does so once.</summary>
    internal bool WasMoved { get; private set; }

    internal long ArrivedAt { get; }

    /// <summary>Prompt tokens and the most that may be generated.</summary>
    internal long MostTokens { get; init; }

    internal Sequence Sequence { get; set; } = null!;

    internal GenerationOutput Output { get; set; } = null!;

    internal Accounting.TokenAccount Account { get; set; } = null!;

    /// <summary>When its reader fell behind, in the loop clock's ticks; 0 while it keeps up.</summary>
    internal long BehindSince { get; set; }

    /// <summary>Whether its outcome was given; tokens that arrive later are nobody's.</summary>
    internal bool Closed { get; set; }

    internal long FirstTokenAt { get; set; }

    /// <summary>What its prompt was pooled to; null before, and where nothing is pooled.</summary>
    internal float[]? Pooled { get; set; }

    /// <summary>Waits until there is something to read. False: everything was read and nothing will follow. One reader only; allocates nothing.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_lock)
        {
            if (!_pending.IsEmpty)
            {
                return new ValueTask<bool>(true);
            }
            if (_outcome is not null)
            {
                return new ValueTask<bool>(false);
            }
            if (_waiting)
            {
                throw new InvalidOperationException("A generation has one reader; another wait is under way.");
            }
            _waiting = true;
            _signal.Reset();
            return new ValueTask<bool>(this, _signal.Version);
        }
    }

    /// <summary>Exchanges <paramref name="delta"/>, which is emptied first, for what has gathered.</summary>
    public void Read(ref GenerationDelta delta)
    {
        delta.Clear();
        bool wasFull;
        lock (_lock)
        {
            (delta, _pending) = (_pending, delta);
            wasFull = _full;
            _full = false;
        }
        if (wasFull)
        {
            Post(new EngineMessage.ReaderCaughtUp(this));
        }
    }

    /// <summary>Asks the engine to stop; it does within one step. No effect on a generation that has ended.</summary>
    public void Cancel() => Post(new EngineMessage.Cancel(this, FinishReason.Cancelled));

    bool IValueTaskSource<bool>.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    /// <summary>Sends a message to the replica that has it. One that it was taken from meanwhile sends it on by this.</summary>
    internal void Post(EngineMessage message)
    {
        lock (_lock)
        {
            _replica.Post(message);
        }
    }

    /// <summary>
    /// Gives it to another replica, in whose mailbox <paramref name="message"/> comes before any other about it. On the thread of the
    /// replica that has it, which does not touch it after.
    /// </summary>
    /// <returns>False where the other has stopped; nothing is changed then.</returns>
    internal bool TryMove(EngineLoop to, EngineMessage.TakeOver message)
    {
        lock (_lock)
        {
            to.Open(this);
            if (!to.Post(message))
            {
                to.Close(this);
                return false;
            }
            _replica.Close(this);
            Volatile.Write(ref _replica, to);
            WasMoved = true;
            return true;
        }
    }

    /// <summary>Adds its share of a step's energy. On the engine's thread.</summary>
    internal void AddJoules(double joules) => Volatile.Write(ref _joules, joules + (double.IsNaN(_joules) ? 0 : _joules));

    /// <summary>Adds a token and text; returns false when the buffer is now full.</summary>
    internal bool Write(int token, float logprob, ReadOnlySpan<TokenLogprob> alternatives, ReadOnlySpan<byte> text)
    {
        bool hasRoom;
        bool wasWaiting;
        lock (_lock)
        {
            _pending.Add(token, logprob, alternatives, text);
            hasRoom = _pending.TokenCount < Capacity;
            _full = !hasRoom;
            wasWaiting = _waiting;
            _waiting = false;
        }
        if (wasWaiting)
        {
            _signal.SetResult(true);
        }
        return hasRoom;
    }

    /// <summary>Ends the generation with the last of its text.</summary>
    internal void End(ReadOnlySpan<byte> text, GenerationOutcome outcome)
    {
        bool wasWaiting;
        lock (_lock)
        {
            _pending.AddText(text);
            _outcome = outcome;
            wasWaiting = _waiting;
            _waiting = false;
        }
        Replica.Close(this);
        if (wasWaiting)
        {
            _signal.SetResult(!text.IsEmpty);
        }
    }
}
