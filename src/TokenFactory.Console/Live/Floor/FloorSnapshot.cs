using TokenFactory.Telemetry.Host;
using TokenFactory.Web.Live.Loading;

namespace TokenFactory.Web.Live.Floor;

/// <summary>Everything the Floor shows, at one moment. Shared by all who watch.</summary>
/// <param name="Second">The last full second, in Unix time.</param>
/// <param name="Replicas">Models that serve, in the order of loading.</param>
/// <param name="Loads">Models on their way, and failures.</param>
/// <param name="Totals">Token accounts, most generated first.</param>
/// <param name="TotalsLeftOut">Accounts beyond those shown.</param>
/// <param name="Host">The machine; null until a full second was watched.</param>
public sealed record FloorSnapshot(
    long Second,
    IReadOnlyList<ReplicaSnapshot> Replicas,
    IReadOnlyList<ModelLoad> Loads,
    IReadOnlyList<TenantTotal> Totals,
    int TotalsLeftOut,
    HostSample? Host)
{
    /// <summary>Whether both would look the same.</summary>
    public bool ShowsTheSameAs(FloorSnapshot other) =>
        Second == other.Second && Replicas.SequenceEqual(other.Replicas) && Loads.SequenceEqual(other.Loads);
}
