using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Serving.Unloads;

/// <summary>A model that takes no new requests and goes when it has none left.</summary>
/// <param name="model">Which.</param>
/// <param name="since">Since when.</param>
internal sealed class ModelUnload(ServedModel model, DateTimeOffset since)
{
    public ServedModel Model => model;

    public DateTimeOffset Since => since;

    /// <summary>Whether what is left is being cancelled.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Ends when the model is gone, or when the unload was called off and the model has idled.</summary>
    public Task Done { get; set; } = Task.CompletedTask;

    /// <summary>Cancels every request in the model's replicas, also those that are held.</summary>
    public async Task<int> CancelAllAsync()
    {
        int cancelled = 0;
        foreach (EngineLoop replica in model.Replicas)
        {
            try
            {
                foreach (RequestSnapshot request in (await replica.SnapshotAsync().ConfigureAwait(false)).Requests)
                {
                    cancelled += await replica.OperateAsync(request.Id, new RequestOperation.Cancel()).ConfigureAwait(false) ? 1 : 0;
                }
            }
            catch (InvalidOperationException)
            {
                // The replica has ended meanwhile, and its requests with it.
            }
        }
        return cancelled;
    }
}
