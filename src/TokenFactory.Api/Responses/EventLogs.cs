namespace TokenFactory.Api.Responses;

/// <summary>
/// The events of responses in the background: of those that run, and for some minutes of those that have ended. All share a bound: where
/// one that runs wants more, the oldest that have ended go; where none is left, it keeps only its newest events. Safe for any thread.
/// </summary>
internal sealed class EventLogs(TimeProvider clock)
{
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Term = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, EventLog> _logs = [];
    private readonly Queue<(string Id, EventLog Log, DateTimeOffset EndedAt)> _order = new();
    private long _bytes;

    /// <summary>Takes memory for a log that runs, whatever there is.</summary>
    public void Take(long bytes)
    {
        lock (_lock)
        {
            _bytes += bytes;
            Trim();
        }
    }

    /// <summary>Takes memory for a log that runs, where that leaves all logs within their bound.</summary>
    public bool TryTake(long bytes)
    {
        lock (_lock)
        {
            while (_bytes + bytes > MostBytes && _order.Count > 0)
            {
                RemoveOldest();
            }
            if (_bytes + bytes > MostBytes)
            {
                return false;
            }
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>A log has ended; its memory is taken already.</summary>
    public void Add(string id, EventLog log)
    {
        lock (_lock)
        {
            _logs[id] = log;
            _order.Enqueue((id, log, clock.GetUtcNow()));
            Trim();
        }
    }

    public EventLog? Find(string id)
    {
        lock (_lock)
        {
            return _logs.GetValueOrDefault(id);
        }
    }

    /// <summary>Nobody reads it from now on; its memory goes when its time is over.</summary>
    public void Forget(string id)
    {
        lock (_lock)
        {
            _logs.Remove(id);
        }
    }

    /// <summary>Removes those whose time is over.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            Trim();
        }
    }

    private void Trim()
    {
        DateTimeOffset oldest = clock.GetUtcNow() - Term;
        while (_order.TryPeek(out (string Id, EventLog Log, DateTimeOffset EndedAt) first) && (_bytes > MostBytes || first.EndedAt <= oldest))
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        (string id, EventLog log, _) = _order.Dequeue();
        _logs.Remove(id);
        _bytes -= log.Bytes;
    }
}
