using TokenFactory.Web.Usages.Forecasts;
using TokenFactory.Web.Usages.Prices;
using TokenFactory.Web.Usages.Sums;

namespace TokenFactory.Web.Usages;

/// <summary>Registers what the page on usage reads and changes.</summary>
internal static class UsageServices
{
    public static IServiceCollection AddUsagePage(this IServiceCollection services)
    {
        services.AddSingleton<UsageNames>();
        services.AddSingleton<UsageQueries>();
        services.AddSingleton<MonthReader>();
        services.AddScoped<PriceOperations>();
        return services;
    }
}
