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
        services.AddOptions<LiveOptions>().Bind(configuration.GetSection("Live")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LiveOptions>, LiveOptionsValidator>();
        services.TryAddSingleton(_ => new HostSampler("/proc", configuration["Telemetry:SysFolder"] ?? "/sys", TimeProvider.System));
        services.TryAddSingleton(_ => new GpuSampler(configuration["Telemetry:NvmlPath"]));
        services.AddSingleton<MachineMonitor>();
        services.AddHostedService<MachineWatch>();
        services.AddSingleton<LedgerTotals>();
        services.AddSingleton<ModelLoadBoard>();
        services.AddSingleton<FloorStore>();
        services.AddSingleton<QueueStore>();
        services.AddSingleton<QueueOperations>();
        return services;
    }

    private sealed class LiveOptionsValidator : IValidateOptions<LiveOptions>
    {
        public ValidateOptionsResult Validate(string? name, LiveOptions options) =>
            options.FindProblems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
