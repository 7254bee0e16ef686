using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Accounting;

/// <summary>Tokens counted for one tenant in one lane of one model on one device. The loop's thread writes, anyone reads.</summary>
public sealed class TokenAccount(string tenant, Lane lane)
{
    private long _prefill;
    private long _cached;
    private long _generated;
    private long _finished;

    public string Tenant { get; } = tenant;

    public Lane Lane { get; } = lane;

    /// <summary>Prompt tokens computed, again after a preemption too.</summary>
    public long PrefillTokens => Volatile.Read(ref _prefill);

    /// <summary>Prompt tokens that came from the KV cache.</summary>
    public long CachedTokens => Volatile.Read(ref _cached);

    /// <summary>Tokens generated.</summary>
    public long GeneratedTokens => Volatile.Read(ref _generated);

    /// <summary>Requests ended, however they did.</summary>
    public long FinishedRequests => Volatile.Read(ref _finished);

    internal void AddPrefill(int tokens) => Volatile.Write(ref _prefill, _prefill + tokens);

    internal void AddCached(int tokens) => Volatile.Write(ref _cached, _cached + tokens);

    internal void AddGenerated(int tokens) => Volatile.Write(ref _generated, _generated + tokens);

    internal void AddFinished() => Volatile.Write(ref _finished, _finished + 1);
}
