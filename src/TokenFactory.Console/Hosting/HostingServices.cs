using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving;

namespace TokenFactory.Web.Hosting;

/// <summary>Registers what turns model folders into models that serve.</summary>
internal static class HostingServices
{
    public static IServiceCollection AddModelHosting(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<TokenFactoryOptions>(configuration.GetSection(TokenFactoryOptions.Section));
        services.AddSingleton(provider => DataFolder.Open(provider.GetRequiredService<IOptions<TokenFactoryOptions>>()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ModelLoadBoard>();
        services.AddSingleton<ReplicaPower>();
        services.AddSingleton<ModelLoader>();
        services.AddServing();
        services.AddHostedService<ModelLoading>();
        return services;
    }
}
