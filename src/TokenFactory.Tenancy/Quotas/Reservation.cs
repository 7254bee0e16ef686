namespace TokenFactory.Tenancy.Quotas;

/// <summary>
/// What one request may use. It is held until <see cref="Complete"/>, which counts what was used and gives the rest back. Safe for any
/// thread; completing twice counts once.
/// </summary>
public sealed class Reservation
{
    private readonly QuotaAccount _account;

    internal Reservation(QuotaAccount account, Gauge key, in QuotaRequest request, long newTokens, QuotaBound? bound)
    {
        _account = account;
        Key = key;
        PromptTokens = request.PromptTokens;
        Feature = request.Feature;
        NewTokens = newTokens;
        Bound = bound;
    }

    /// <summary>The most that may be generated, over all answers.</summary>
    public long NewTokens { get; }

    /// <summary>The limit that left fewer tokens than the request could have had, so that its end may come from the quota; null for none.</summary>
    public QuotaBound? Bound { get; }

    /// <summary>What it uses by the piece; null for nothing.</summary>
    public string? Feature { get; }

    internal long PromptTokens { get; }

    internal long Tokens => Saturated.Sum(PromptTokens, NewTokens);

    internal Gauge Key { get; }

    internal bool TakenFromTenant { get; set; }

    internal bool TakenFromKey { get; set; }

    internal bool IsStarted { get; set; }

    internal bool IsComplete { get; set; }

    /// <summary>The request has left the queue.</summary>
    public void Start() => _account.Start(this);

    /// <summary>The request has ended.</summary>
    /// <param name="usedTokens">Tokens of its prompt and of all its answers; 0 where it never ran.</param>
    /// <param name="countsFeature">Whether the use of a feature counts: not where nothing was delivered.</param>
    public void Complete(long usedTokens, bool countsFeature = true) => _account.Complete(this, usedTokens, countsFeature);
}
