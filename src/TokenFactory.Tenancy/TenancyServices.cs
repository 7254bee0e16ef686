using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Files;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Tenancy;

/// <summary>The tenancy as a host adds it.</summary>
public static class TenancyServices
{
    /// <summary>Registers tenants, quotas and the ledger; nothing works until <see cref="TenancyStart"/> has run.</summary>
    public static IServiceCollection AddTenancy(this IServiceCollection services, Func<IServiceProvider, TenancyDatabase> database)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LedgerOptions>();
        services.AddSingleton(database);
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<TenantAdministration>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<AccountBook>();
        services.AddSingleton<QuotaBook>();
        services.AddSingleton<QuotaSeeder>();
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<IUsageLedger>(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddSingleton<LedgerMaintenance>();
        services.AddSingleton<UsageReader>();
        services.AddSingleton<UsageExport>();
        services.AddSingleton<PriceBook>();
        services.AddSingleton<FileBook>();
        services.AddSingleton<BatchBook>();
        services.AddSingleton<ResponseBook>();
        services.AddSingleton<TenancyStart>();
        return services;
    }
}
