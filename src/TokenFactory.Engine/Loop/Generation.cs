using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// A request in the engine, as its reader sees it. Tokens gather in a bounded buffer; whoever reads gets all that is there at once, so
/// that a slow reader gets fewer and larger pieces, and one that stops reading stops its own generation and no other.
/// </summary>
public sealed class Generation
{
    /// <summary>Unread tokens at which the engine stops generating until the reader has looked.</summary>
    public const int Capacity = 1024;

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, SingleWriter = true });

    private readonly Lock _lock = new();
    private readonly EngineLoop _loop;
    private GenerationDelta _pending = new();
    private GenerationOutcome? _outcome;
    private bool _full;

    internal Generation(EngineLoop loop, GenerationRequest request, long arrivedAt)
    {
        _loop = loop;
        Request = request;
        ArrivedAt = arrivedAt;
    }

    public GenerationRequest Request { get; }

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

    internal long ArrivedAt { get; }

    internal Sequence Sequence { get; set; } = null!;

    internal GenerationOutput Output { get; set; } = null!;

    internal Accounting.TokenAccount Account { get; set; } = null!;

    /// <summary>When its reader fell behind, in the loop clock's ticks; 0 while it keeps up.</summary>
    internal long BehindSince { get; set; }

    /// <summary>Whether its outcome was given; tokens that arrive later are nobody's.</summary>
    internal bool Closed { get; set; }

    internal long FirstTokenAt { get; set; }

    /// <summary>Waits until there is something to read. False: everything was read and nothing will follow. One reader only.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (!_pending.IsEmpty)
                {
                    return true;
                }
                if (_outcome is not null)
                {
                    return false;
                }
            }
            await _signal.Reader.ReadAsync().ConfigureAwait(false);
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
            _loop.Post(new EngineMessage.ReaderCaughtUp(this));
        }
    }

    /// <summary>Asks the engine to stop; it does within one step. No effect on a generation that has ended.</summary>
    public void Cancel() => _loop.Post(new EngineMessage.Cancel(this, FinishReason.Cancelled));

    /// <summary>Adds a token and text; returns false when the buffer is now full.</summary>
    internal bool Write(int token, float logprob, ReadOnlySpan<TokenLogprob> alternatives, ReadOnlySpan<byte> text)
    {
        bool hasRoom;
        lock (_lock)
        {
            _pending.AddToken(token, logprob, alternatives);
            _pending.AddText(text);
            hasRoom = _pending.TokenCount < Capacity;
            _full = !hasRoom;
        }
        _signal.Writer.TryWrite(true);
        return hasRoom;
    }

    /// <summary>Ends the generation with the last of its text.</summary>
    internal void End(ReadOnlySpan<byte> text, GenerationOutcome outcome)
    {
        lock (_lock)
        {
            _pending.AddText(text);
            _outcome = outcome;
        }
        _signal.Writer.TryWrite(true);
    }
}
