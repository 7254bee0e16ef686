namespace TokenFactory.Web.Live.Queue;

/// <summary>Every request of every model at one moment, and how fairly they were served.</summary>
/// <param name="Rows">The requests: model by model those that run, that wait and that are held.</param>
/// <param name="Shares">Tenants with work in the last minute.</param>
/// <param name="Jain">Jain's index over them; null where nothing was served.</param>
public sealed record QueueSnapshot(IReadOnlyList<QueueRow> Rows, IReadOnlyList<TenantShare> Shares, double? Jain)
{
    public static QueueSnapshot Empty { get; } = new([], [], null);
}
