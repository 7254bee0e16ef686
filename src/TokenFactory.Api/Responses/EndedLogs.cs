namespace TokenFactory.Api.Responses;

/// <summary>The events of responses that have ended: each for some minutes, and all together within a bound, beyond which the oldest go. Safe for any thread.</summary>
internal sealed class EndedLogs(TimeProvider clock)
{
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Term = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, EventLog> _logs = [];
    private readonly Queue<(string Id, EventLog Log, DateTimeOffset EndedAt)> _order = new();
    private long _bytes;

    public void Add(string id, EventLog log)
    {
        lock (_lock)
        {
            _logs[id] = log;
            _order.Enqueue((id, log, clock.GetUtcNow()));
            _bytes += log.Bytes;
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
            _order.Dequeue();
            _logs.Remove(first.Id);
            _bytes -= first.Log.Bytes;
        }
    }
}
