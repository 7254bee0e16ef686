namespace TokenFactory.Engine.Scheduling;

/// <summary>A lane's share and what it aims at.</summary>
/// <param name="Weight">Share of tokens against the other lanes while all have work. Above 0.</param>
/// <param name="FirstTokenTarget">Wanted time to first token.</param>
/// <param name="BetweenTokensTarget">Wanted time between tokens.</param>
public sealed record LanePolicy(double Weight, TimeSpan FirstTokenTarget, TimeSpan BetweenTokensTarget);
