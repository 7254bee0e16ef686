using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Live.Queue;

/// <summary>What operators do to requests, with its entry in the audit.</summary>
public sealed class QueueOperations(ModelCatalog catalog, QueueStore store, AuditTrail audit)
{
    /// <returns>Why nothing was done, in words; null where it was.</returns>
    public async Task<string?> OperateAsync(string actor, QueueRow row, RequestOperation operation)
    {
        if (catalog.Find(row.Model) is not { } model)
        {
            return $"{row.Model} does not serve any more.";
        }
        if (model.FindReplica(row.Device) is not { } replica || !await TryOperateAsync(replica, row.Request.Id, operation))
        {
            return "Nothing to do: the request has ended meanwhile, or is so already.";
        }
        await audit.AddAsync(
            actor, $"request.{operation.GetType().Name.ToLowerInvariant()}", row.Request.Id,
            new { row.Model, row.Request.Tenant, Lane = row.Request.Lane.ToString(), State = row.Request.State.ToString(), row.Request.GeneratedTokens },
            operation is RequestOperation.Move move ? new { Lane = move.To.ToString() } : null);
        await store.LookAsync();
        return null;
    }

    private static async Task<bool> TryOperateAsync(EngineLoop replica, string requestId, RequestOperation operation)
    {
        try
        {
            return await replica.OperateAsync(requestId, operation);
        }
        catch (InvalidOperationException)
        {
            // The engine stopped between the look and the click.
            return false;
        }
    }
}
