namespace TokenFactory.Web.Bench.Driving;

/// <summary>How far a run is, for whoever shows it. Safe for any thread.</summary>
internal sealed class RunCounts
{
    private int _sent;
    private int _ended;
    private int _failed;
    private long _tokens;

    /// <summary>Requests sent.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Requests ended, however they did.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Requests that failed, of those ended.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Tokens that have arrived.</summary>
    public long Tokens => Volatile.Read(ref _tokens);

    public void AddSent() => Interlocked.Increment(ref _sent);

    public void AddTokens(int count) => Interlocked.Add(ref _tokens, count);

    public void AddEnded(bool failed)
    {
        if (failed)
        {
            Interlocked.Increment(ref _failed);
        }
        Interlocked.Increment(ref _ended);
    }
}
