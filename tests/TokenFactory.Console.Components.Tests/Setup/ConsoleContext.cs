using Bunit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Tenancy;
using TokenFactory.Web.Access;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Live.Queue;
using TokenFactory.Web.Policies;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Usages;
using Xunit;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>What the pages inject, without a host: the real stores, and no model until a test adds one.</summary>
public abstract class ConsoleContext : BunitContext, IAsyncLifetime
{
    private ScratchDatabase? _scratch;

    protected ConsoleContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Catalog);
        Services.AddSingleton<IUsageLedger>(Ledger);
        Services.AddSingleton(_ => TestClients.CountingIn(Ledger));
        Services.AddSingleton(Options.Create(new LiveOptions()));
        Services.AddSingleton(Loads);
        Services.AddSingleton(_ => Gpus);
        Services.AddSingleton<HostSampler>();
        Services.AddSingleton<MachineMonitor>();
        Services.AddSingleton<UsageReader>();
        Services.AddSingleton<LedgerTotals>();
        Services.AddSingleton<FloorStore>();
        Services.AddSingleton(new QueueStore(
            Catalog, TimeProvider.System, Options.Create(new LiveOptions { QueueInterval = TimeSpan.FromMilliseconds(50) }), NullLogger<QueueStore>.Instance));
        Services.AddSingleton<QueueOperations>();
        Services.AddSingleton(_ => Database);
        Services.AddSingleton<AuditTrail>();
        Services.AddSingleton<LatencyHistory>();
        Services.AddSingleton<PolicyChanges>();
        Services.AddSingleton<TenantDirectory>();
        Services.AddSingleton<TenantAdministration>();
        Services.AddSingleton<QuotaBook>();
        Services.AddSingleton<UsageReader>();
        Services.AddSingleton<UsageExport>();
        Services.AddSingleton<PriceBook>();
        AddModels();
        Services.AddTenantPages();
        Services.AddUsagePage();
        Services.AddSingleton<AccountBook>();
        Services.AddSingleton<AuthenticationStateProvider>(Session);
        Services.AddAccounts(new AccessOptions());
        // The library's own stand-in only says that it is one.
        Services.RemoveAll<IAuthorizationService>();
        Services.AddPermissions();
    }

    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    protected ModelCatalog Catalog { get; } = new();

    internal MemoryLedger Ledger { get; } = new();

    /// <summary>The GPUs; none where a test gives no other.</summary>
    internal GpuSampler Gpus { get; set; } = new("/nonexistent/libnvidia-ml.so.1");

    /// <summary>Who looks at the pages: an administrator, until a test signs somebody else in.</summary>
    internal TestSession Session { get; } = new();

    protected ModelLoadBoard Loads { get; } = new(TimeProvider.System);

    /// <summary>Everything that the host is configured with about models; read when a service is first asked for.</summary>
    internal TokenFactoryOptions Configuration { get; } = new();

    /// <summary>The data folder of this test alone.</summary>
    internal DirectoryInfo Data { get; } = Directory.CreateTempSubdirectory("tf-components-");

    /// <summary>A real database of this test alone.</summary>
    private TenancyDatabase Database => _scratch!.Open();

    public async ValueTask InitializeAsync()
    {
        _scratch = await ScratchDatabase.CreateAsync();
        await SignInAsync(ConsoleRole.Admin);
    }

    /// <summary>Makes an account of this role, which is also its name, and looks at the pages as its owner.</summary>
    internal async Task<Account> SignInAsync(ConsoleRole role)
    {
        string name = ConsoleRoles.NameOf(role);
        Account account = new() { Name = name, NormalizedName = name.ToUpperInvariant(), Role = role };
        await new AccountBook(Database).AddAsync(account);
        Session.Enter(account);
        return account;
    }

    /// <summary>Writes rows to the ledger as a server does.</summary>
    internal Task WriteLedgerAsync(params UsageRecord[] rows) => LedgerBatch.WriteAsync(Database, rows, [], DateTimeOffset.UtcNow, CancellationToken.None);

    internal IReadOnlyList<AuditEntry> ReadAudit() => Services.GetRequiredService<AuditTrail>().ReadAsync(100).GetAwaiter().GetResult();

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (ServedModel model in Catalog.Models)
        {
            model.Dispose();
        }
        _scratch?.Dispose();
        Data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private void AddModels()
    {
        Services.AddSingleton(Options.Create(Configuration));
        Services.AddSingleton(_ => DataFolder.Open(Data.FullName));
        Services.AddSingleton<IHostEnvironment>(new HostingEnvironment { ContentRootPath = SharedData.RepositoryRoot });
        Services.AddSingleton<ReplicaPower>();
        Services.AddSingleton<ModelLoader>();
        Services.AddServing();
    }

    /// <summary>Adds a hash model; see <see cref="HashModel"/>.</summary>
    internal HashModel AddModel(string name = "hash", bool chats = true, Func<BatchPolicy, BatchPolicy>? policy = null)
    {
        HashModel model = new(name, chats, policy);
        Catalog.Add(model.Served);
        return model;
    }
}
