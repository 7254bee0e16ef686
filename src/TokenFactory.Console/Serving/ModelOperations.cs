using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Access;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;

namespace TokenFactory.Web.Serving;

/// <summary>
/// What visitors do to models, each with its entry in the audit. Each throws <see cref="ModelOperationException"/>,
/// <see cref="DatabaseUnavailableException"/> where it was done and could not be written down, or
/// <see cref="UnauthorizedAccessException"/> where the visitor may not do it.
/// </summary>
internal sealed class ModelOperations(AuditedModels models, ModelLoadBoard board, DownloadManager downloads, BenchmarkDesk benchmarks, Visitor visitor)
{
    public Task<bool> MayOperateAsync() => visitor.MayAsync(Permission.Operate);

    public async Task LoadAsync(ModelOptions options, bool evenIfTooLarge) => await models.LoadAsync(await ActorAsync(), options, evenIfTooLarge);

    public async Task CancelLoadAsync(Guid load) => await models.CancelLoadAsync(await ActorAsync(), load);

    public async Task UnloadAsync(string model) => await models.UnloadAsync(await ActorAsync(), model);

    public async Task ResumeAsync(string model) => await models.ResumeAsync(await ActorAsync(), model);

    public async Task EndNowAsync(string model) => await models.EndNowAsync(await ActorAsync(), model);

    public async Task DownloadAsync(string repository, string revision) => await models.DownloadAsync(await ActorAsync(), repository, revision);

    public async Task CancelDownloadAsync(string repository) => await models.CancelDownloadAsync(await ActorAsync(), repository);

    public async Task BenchmarkAsync(string model, BenchmarkPlan plan) => await models.BenchmarkAsync(await ActorAsync(), model, plan);

    public async Task CancelBenchmarkAsync(string model) => await models.CancelBenchmarkAsync(await ActorAsync(), model);

    /// <summary>Puts a benchmark's result away.</summary>
    public async Task DismissBenchmarkAsync(string model)
    {
        await ActorAsync();
        benchmarks.Dismiss(model);
    }

    /// <summary>Takes a failed load off the board.</summary>
    public async Task DismissLoadAsync(Guid load)
    {
        await ActorAsync();
        board.Dismiss(load);
    }

    /// <summary>Takes an ended download off the list; its files stay.</summary>
    public async Task DismissDownloadAsync(string repository)
    {
        await ActorAsync();
        downloads.Dismiss(repository);
    }

    private Task<string> ActorAsync() => visitor.DemandAsync(Permission.Operate);
}
