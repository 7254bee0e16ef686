using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Quotas.Windows;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Tells the quotas at start what the ledger knows of the windows that are open: a restart gives no budget twice.</summary>
public sealed class QuotaSeeder(TenantDirectory directory, UsageReader reader, QuotaBook book, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        foreach (Tenant tenant in directory.Tenants.Where(tenant => tenant.State != TenantState.Deleted))
        {
            TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone);
            foreach (UsageWindow kind in Enum.GetValues<UsageWindow>())
            {
                CalendarWindow window = CalendarWindow.Holding(clock.GetUtcNow(), kind, zone);
                Seed(tenant.Id, zone, kind, await reader.TotalAsync(tenant.Id, window.Start, window.End, cancellation));
            }
        }
    }

    private void Seed(Guid tenant, TimeZoneInfo zone, UsageWindow window, IReadOnlyList<KeyUsage> used)
    {
        if (used.Count == 0)
        {
            return;
        }
        book.Seed(TermsOf(Guid.Empty), QuotaScope.Tenant, window, used.Sum(part => part.Tokens));
        foreach (IGrouping<Guid, KeyUsage> key in used.GroupBy(part => part.KeyId))
        {
            book.Seed(TermsOf(key.Key), QuotaScope.Key, window, key.Sum(part => part.Tokens));
        }
        foreach (IGrouping<string, KeyUsage> feature in used.Where(part => part.Feature.Length > 0).GroupBy(part => part.Feature))
        {
            book.SeedFeature(TermsOf(Guid.Empty), feature.Key, window, feature.Sum(part => part.Requests));
        }

        QuotaTerms TermsOf(Guid key) => new(tenant, key, zone, PlanLimits.None, PlanLimits.None, [], null);
    }
}
