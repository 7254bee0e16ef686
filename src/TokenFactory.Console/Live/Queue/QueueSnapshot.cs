using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Queue;

/// <summary>Every request of every model at one moment, and how fairly they were served. What all pages show of it is made once, here.</summary>
/// <param name="Rows">The requests: model by model those that run, that wait and that are held.</param>
/// <param name="Shares">Tenants with work in the last minute.</param>
/// <param name="Jain">Jain's index over them; null where nothing was served.</param>
public sealed record QueueSnapshot(IReadOnlyList<QueueRow> Rows, IReadOnlyList<TenantShare> Shares, double? Jain)
{
    private readonly Dictionary<SequenceState, int> _counts = Rows.CountBy(row => row.Request.State).ToDictionary();

    public static QueueSnapshot Empty { get; } = new([], [], null);

    /// <summary>Tenants that have a request, by name.</summary>
    public IReadOnlyList<string> Tenants { get; } = [.. Rows.Select(row => row.Request.Tenant).Distinct().Order()];

    /// <summary>Requests in a state.</summary>
    public int Count(SequenceState state) => _counts.GetValueOrDefault(state);
}
