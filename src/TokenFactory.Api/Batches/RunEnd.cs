using TokenFactory.Api.Metering;

namespace TokenFactory.Api.Batches;

/// <summary>Why the lines of a batch are no longer computed.</summary>
internal enum EndReason
{
    None,

    /// <summary>A client has cancelled it.</summary>
    Cancelled,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>The process stops; the next one goes on.</summary>
    Stopped,
}

/// <summary>Ends the computing of a batch once, for the first reason that is given. Safe for any thread.</summary>
internal sealed class RunEnd : IRepeatedWork, IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source = new();
    private volatile EndReason _reason;
    private bool _isDisposed;

    public EndReason Reason => _reason;

    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public bool IsDoneAgain => _reason == EndReason.Stopped;

    public void End(EndReason reason)
    {
        lock (_lock)
        {
            if (_reason == EndReason.None && !_isDisposed)
            {
                // The reason stands before anything breaks off: what is counted depends on it.
                _reason = reason;
                _source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _source.Dispose();
        }
    }
}
