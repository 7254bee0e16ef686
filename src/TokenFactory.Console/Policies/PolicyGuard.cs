namespace TokenFactory.Web.Policies;

/// <summary>What a guard watches.</summary>
public enum GuardedFigure
{
    /// <summary>95th percentile of the time to first token, in milliseconds.</summary>
    FirstTokenP95,

    /// <summary>95th percentile of the time between tokens, in milliseconds.</summary>
    BetweenTokensP95,

    /// <summary>Tokens a second; the guard minds less of it.</summary>
    TokensPerSecond,
}

/// <summary>Rolls a policy back when a figure of the last minute stays worse than a limit for a minute.</summary>
/// <param name="Figure">What is watched.</param>
/// <param name="Limit">In milliseconds, or in tokens a second.</param>
public sealed record PolicyGuard(GuardedFigure Figure, double Limit)
{
    /// <summary>How long a figure may be worse.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The figure's value; null where nothing was measured.</summary>
    public double? Of(LatencyFigures figures) => Figure switch
    {
        GuardedFigure.FirstTokenP95 => figures.FirstP95?.TotalMilliseconds,
        GuardedFigure.BetweenTokensP95 => figures.BetweenP95?.TotalMilliseconds,
        _ => figures.Requests > 0 ? figures.TokensPerSecond : null,
    };

    public bool IsWorse(LatencyFigures figures) => Of(figures) is { } value && (Figure == GuardedFigure.TokensPerSecond ? value < Limit : value > Limit);

    public string Describe() => Figure switch
    {
        GuardedFigure.FirstTokenP95 => FormattableString.Invariant($"p95 time to first token above {Limit:0.#} ms"),
        GuardedFigure.BetweenTokensP95 => FormattableString.Invariant($"p95 time between tokens above {Limit:0.#} ms"),
        _ => FormattableString.Invariant($"less than {Limit:0.#} tokens/s"),
    };
}
