using TokenFactory.Web.Live.Tenants;

namespace TokenFactory.Web.Tenants;

/// <summary>Registers what the page on tenants reads and changes.</summary>
internal static class TenantServices
{
    public static IServiceCollection AddTenantPages(this IServiceCollection services)
    {
        services.AddSingleton<TenantStore>();
        services.AddScoped<TenantOperations>();
        return services;
    }
}
