using Microsoft.Extensions.Options;
using TokenFactory.Tenancy;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Web.Hosting.Tenants;

/// <summary>Registers tenants, quotas and the ledger on the configured database.</summary>
internal static class TenancyHosting
{
    private const string File = "factory.db";

    /// <summary>Comes before whatever serves: hosted services start in the order in which they were added, and end in reverse.</summary>
    public static IServiceCollection AddTenancyHosting(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TokenFactoryOptions>>().Value.Ledger);
        services.AddTenancy(OpenDatabase);
        services.AddHostedService<TenancyService>();
        services.AddHostedService<LastUseService>();
        return services;
    }

    private static TenancyDatabase OpenDatabase(IServiceProvider provider)
    {
        string? connection = provider.GetRequiredService<IOptions<TokenFactoryOptions>>().Value.Database;
        try
        {
            return TenancyDatabase.At(connection ?? $"Data Source={Path.Combine(provider.GetRequiredService<DataFolder>().Path, File)}");
        }
        catch (ArgumentException problem)
        {
            throw new StartupException($"TokenFactory:Database cannot be used: {problem.Message}", problem);
        }
    }
}
