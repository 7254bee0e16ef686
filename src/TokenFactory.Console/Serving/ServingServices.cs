using Microsoft.Extensions.DependencyInjection.Extensions;
using TokenFactory.Api.Administration;
using TokenFactory.Web.Serving.Backends;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;
using TokenFactory.Web.Serving.Fit;
using TokenFactory.Web.Serving.Folders;

namespace TokenFactory.Web.Serving;

/// <summary>Registers what loads, unloads and downloads models, and what the page on them reads.</summary>
internal static class ServingServices
{
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSingleton<CpuBackend>();
        services.AddSingleton<CudaBackend>();
        services.TryAddSingleton(provider => new ModelBackends([provider.GetRequiredService<CudaBackend>(), provider.GetRequiredService<CpuBackend>()]));
        services.AddSingleton<ModelFolders>();
        services.AddSingleton<FitDesk>();
        services.AddSingleton<ModelManager>();
        services.AddSingleton<DownloadManager>();
        services.AddSingleton<BenchmarkDesk>();
        services.AddSingleton<AuditedModels>();
        services.AddSingleton<ModelsStore>();
        services.AddSingleton<IModelHost, ModelHost>();
        services.AddScoped<ModelOperations>();
        return services;
    }
}
