using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Live.Queue;

namespace TokenFactory.Web.Live;

/// <summary>Registers what live pages read.</summary>
internal static class LiveServices
{
    public static IServiceCollection AddLiveData(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<ModelCatalog>();
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<LiveOptions>(configuration.GetSection(LiveOptions.Section));
        services.Configure<TelemetryOptions>(configuration.GetSection(TelemetryOptions.Section));
        services.TryAddSingleton(provider => new HostSampler("/proc", provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.SysFolder, TimeProvider.System));
        services.TryAddSingleton(provider => new GpuSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.NvmlPath));
        services.AddSingleton<MachineMonitor>();
        services.AddHostedService<MachineWatch>();
        services.AddSingleton<LedgerTotals>();
        services.AddSingleton<ModelLoadBoard>();
        services.AddSingleton<FloorStore>();
        services.AddSingleton<QueueStore>();
        services.AddSingleton<QueueOperations>();
        return services;
    }
}
