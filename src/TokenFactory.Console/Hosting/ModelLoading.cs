using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.ChatTemplates;
using TokenFactory.Models.Tokenization;
using TokenFactory.Web.Live.Loading;

namespace TokenFactory.Web.Hosting;

/// <summary>
/// Loads the configured models one after another while the pages serve already, and says on the terminal what serves where. A model
/// that cannot be loaded is reported and the others go on.
/// </summary>
internal sealed partial class ModelLoading(
    IOptions<TokenFactoryOptions> options,
    ModelLoader loader,
    ModelCatalog catalog,
    ModelLoadBoard board,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoading> log) : BackgroundService
{
    public override void Dispose()
    {
        foreach (ServedModel model in catalog.Models)
        {
            catalog.Remove(model.Name)?.Dispose();
        }
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await WaitForStartAsync(stoppingToken))
        {
            return;
        }
        ModelOptions[] models = [.. options.Value.ModelsToLoad];
        foreach (ModelOptions model in models)
        {
            await Task.Run(() => Load(model, stoppingToken), stoppingToken);
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

    private void Load(ModelOptions model, CancellationToken stopping)
    {
        string name = model.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Path));
        ModelLoadTicket ticket = board.Begin(name);
        try
        {
            ServedModel served = loader.Load(model, new Reporter(progress => Show(name, ticket, progress)), stopping);
            catalog.Add(served);
            ticket.Complete();
            LogLoaded(name, served.Facts.LoadTime.TotalSeconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            ticket.Complete();
        }
        catch (Exception problem)
        {
            ticket.Fail(problem.Message);
            LogFailed(IsExpected(problem) ? null : problem, name, model.Path, problem.Message);
        }
    }

    private void Show(string model, ModelLoadTicket ticket, ModelLoadProgress progress)
    {
        ticket.Report(Describe(progress.Stage), progress.Share);
        if (progress.Note is { } note)
        {
            LogNote(model, note);
        }
    }

    private static string Describe(ModelLoadStage stage) => stage switch
    {
        ModelLoadStage.Read => "Reading weights",
        ModelLoadStage.Quantize => "Quantising weights",
        ModelLoadStage.Build => "Building the graph",
        ModelLoadStage.WarmUp => "Warming up",
        _ => "Ready",
    };

    /// <summary>Whether the message says all there is to say, so that a stack trace would only hide it.</summary>
    private static bool IsExpected(Exception problem) => problem
        is ModelFormatException or TokenizerFormatException or ChatTemplateException or StartupException or ArgumentException or IOException;

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

    [LoggerMessage(LogLevel.Information, "Model {Model} loaded in {Seconds:F1} s.")]
    private partial void LogLoaded(string model, double seconds);

    [LoggerMessage(LogLevel.Warning, "Model {Model}: {Note}")]
    private partial void LogNote(string model, string note);

    [LoggerMessage(LogLevel.Error, "Model {Model} in {Folder} was not loaded. {Problem}")]
    private partial void LogFailed(Exception? exception, string model, string folder, string problem);

    /// <summary>Reports on the loading thread itself, in order.</summary>
    private sealed class Reporter(Action<ModelLoadProgress> report) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => report(value);
    }
}
