using TokenFactory.Engine.Serving;
using TokenFactory.Models.Hub;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;

namespace TokenFactory.Web.Serving;

/// <summary>What is done to models, with its entry in the audit: for pages and the administration's REST alike, which let the actor in.</summary>
internal sealed class AuditedModels(ModelManager manager, DownloadManager downloads, BenchmarkDesk benchmarks, AuditTrail audit)
{
    public async Task<Task<ServedModel?>> LoadAsync(string actor, ModelOptions options, bool evenIfTooLarge)
    {
        Task<ServedModel?> load = manager.BeginLoad(options, evenIfTooLarge);
        await audit.AddAsync(actor, "model.load", ModelManager.NameOf(options), null, new
        {
            options.Path,
            Device = options.Device.ToString().ToLowerInvariant(),
            Precision = options.Precision.ToString().ToLowerInvariant(),
            KvPrecision = options.KvPrecision.ToString().ToLowerInvariant(),
            options.Replicas,
            options.DevicesPerReplica,
            options.MaxSequences,
            options.MaxContext,
            options.MaxStepTokens,
            options.KvMemoryMegabytes,
            options.Threads,
            evenIfTooLarge,
        });
        return load;
    }

    public Task CancelLoadAsync(string actor, Guid load) => audit.AddAsync(actor, "model.load.cancel", manager.CancelLoad(load), null, null);

    public Task UnloadAsync(string actor, string model)
    {
        ServedModel leaving = manager.BeginUnload(model).Model;
        return audit.AddAsync(
            actor, "model.unload", model, new { leaving.Facts.Folder, leaving.Precision, Replicas = leaving.Replicas.Count, Running = leaving.TotalRunning, Waiting = leaving.TotalWaiting }, null);
    }

    public Task ResumeAsync(string actor, string model)
    {
        manager.Resume(model);
        return audit.AddAsync(actor, "model.unload.resume", model, null, null);
    }

    public async Task EndNowAsync(string actor, string model) =>
        await audit.AddAsync(actor, "model.unload.end", model, new { Cancelled = await manager.EndNowAsync(model) }, null);

    public Task DownloadAsync(string actor, string repository, string revision)
    {
        try
        {
            _ = downloads.Begin(repository, revision);
        }
        catch (HubException refusal)
        {
            throw new ModelOperationException(ModelOperationProblem.Invalid, refusal.Message, "repository");
        }
        return audit.AddAsync(actor, "model.download", repository, null, new { Hub = downloads.Endpoint, revision });
    }

    public Task CancelDownloadAsync(string actor, string repository)
    {
        downloads.Cancel(repository);
        return audit.AddAsync(actor, "model.download.cancel", repository, null, null);
    }

    public Task BenchmarkAsync(string actor, string model, BenchmarkPlan plan)
    {
        _ = benchmarks.Begin(model, plan);
        return audit.AddAsync(actor, "model.benchmark", model, null, plan);
    }

    public Task CancelBenchmarkAsync(string actor, string model)
    {
        benchmarks.Cancel(model);
        return audit.AddAsync(actor, "model.benchmark.cancel", model, null, null);
    }
}
