using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving;

namespace TokenFactory.Web.Hosting;

/// <summary>
/// Loads the configured models one after another while the pages serve already, and says on the terminal what serves where. A model
/// that cannot be loaded is reported and the others go on.
/// </summary>
internal sealed partial class ModelLoading(
    IOptions<TokenFactoryOptions> options,
    ModelManager manager,
    ModelCatalog catalog,
    ModelLoadBoard board,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoading> log) : BackgroundService
{
    public override void Dispose()
    {
        manager.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await WaitForStartAsync(stoppingToken))
        {
            return;
        }
        using CancellationTokenRegistration stop = stoppingToken.Register(manager.CancelLoads);
        ModelOptions[] models = [.. options.Value.ModelsToLoad];
        foreach (ModelOptions model in models)
        {
            await LoadAsync(model);
        }
        Announce();
    }

    /// <summary>False: the host gave up before it listened, for instance because its port is in use.</summary>
    private async Task<bool> WaitForStartAsync(CancellationToken stopping)
    {
        TaskCompletionSource<bool> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration listening = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        using CancellationTokenRegistration givingUp = stopping.Register(() => started.TrySetResult(false));
        return await started.Task;
    }

    private async Task LoadAsync(ModelOptions model)
    {
        try
        {
            // Whoever wrote the configuration has decided: what is configured is tried, however large.
            await manager.BeginLoad(model, evenIfTooLarge: true);
        }
        catch (ModelOperationException refusal)
        {
            board.Begin(ModelManager.NameOf(model), model.Path).Fail(refusal.Message);
            LogRefused(ModelManager.NameOf(model), model.Path, refusal.Message);
        }
    }

    private void Announce()
    {
        string addresses = string.Join(", ", server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        if (catalog.Models.Count == 0)
        {
            Console.WriteLine($"Token Factory Console listens on {addresses} and serves no model: see the messages above, or give one with --model FOLDER.");
            return;
        }
        Console.WriteLine($"Token Factory Console is ready on {addresses}");
        foreach (ServedModel model in catalog.Models)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"  {model.Name}: {model.Facts.Parameters / 1e6:F1} M parameters in {model.Precision} on {string.Join(", ", model.Replicas.Select(replica => replica.Device.Id))} ({model.Replicas[0].Device.Name}), context {model.MaxContext}"));
        }
    }

    [LoggerMessage(LogLevel.Error, "Model {Model} in {Folder} was not loaded. {Problem}")]
    private partial void LogRefused(string model, string folder, string problem);
}
