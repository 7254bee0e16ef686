using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;
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
    /// <summary>Every device, with or without a model; see <see cref="DeviceReader"/>.</summary>
    public IReadOnlyList<DeviceSnapshot> Devices { get; init; } = [];

    /// <summary>Whether GPUs can be asked.</summary>
    public GpuDriver? Driver { get; init; }

    /// <summary>Why GPUs that are there cannot be asked; null otherwise, also where there are none.</summary>
    public string? GpuProblem => Driver is { State: GpuDriverState.Failed } driver ? driver.Words : null;

    /// <summary>What needs attention, the gravest first.</summary>
    public IReadOnlyList<Attention> Attentions { get; init; } = [];

    /// <summary>Sums of the ledger; null until it has answered.</summary>
    public FactoryTotals? Used { get; init; }

    /// <summary>Whether both would look the same.</summary>
    public bool ShowsTheSameAs(FloorSnapshot other) =>
        Second == other.Second && Replicas.SequenceEqual(other.Replicas) && Loads.SequenceEqual(other.Loads)
        && Attentions.SequenceEqual(other.Attentions) && Used == other.Used;
}
