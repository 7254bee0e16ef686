using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry.Host;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Loading;
using Xunit;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>What the pages inject, without a host: the real stores, and no model until a test adds one.</summary>
public abstract class ConsoleContext : BunitContext, IAsyncLifetime
{
    protected ConsoleContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Catalog);
        Services.AddSingleton<IUsageLedger>(Ledger);
        Services.AddSingleton(Options.Create(new LiveOptions()));
        Services.AddSingleton(new FloorStore(
            Catalog, Loads, new HostSampler(), TimeProvider.System, Options.Create(new LiveOptions()), NullLogger<FloorStore>.Instance));
    }

    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    protected ModelCatalog Catalog { get; } = new();

    internal MemoryLedger Ledger { get; } = new();

    protected ModelLoadBoard Loads { get; } = new(TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (ServedModel model in Catalog.Models)
        {
            model.Engine.Dispose();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a hash model; see <see cref="HashModel"/>.</summary>
    internal HashModel AddModel(string name = "hash", bool chats = true)
    {
        HashModel model = new(name, chats);
        Catalog.Add(model.Served);
        return model;
    }
}
