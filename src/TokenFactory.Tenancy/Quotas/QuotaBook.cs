using System.Collections.Concurrent;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>
/// Who may use how much, now. Quota is a reservation: what a request may need at most is taken before it starts, and what it did not use
/// comes back at its end, so that requests at the same time never spend the same token twice. Safe for any thread.
/// </summary>
public sealed class QuotaBook(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, QuotaAccount> _accounts = new();

    /// <summary>Reserves what a request may need. Exactly one of reservation and refusal is given.</summary>
    public QuotaRefusal? TryReserve(QuotaTerms terms, in QuotaRequest request, out Reservation? reservation) =>
        Account(terms.TenantId).TryReserve(terms, request, out reservation);

    /// <summary>What the limits a minute leave.</summary>
    public RateRoom Room(QuotaTerms terms) => Account(terms.TenantId).Room(terms);

    /// <summary>How much is used and reserved.</summary>
    public QuotaUsage Read(QuotaTerms terms, QuotaScope scope) => Account(terms.TenantId).Read(terms, scope);

    /// <summary>Takes over what the ledger says that a tenant, or a key alone, used in the current window before the process started.</summary>
    public void Seed(QuotaTerms terms, QuotaScope scope, UsageWindow window, long tokens) =>
        Account(terms.TenantId).Seed(terms, scope, window, tokens);

    /// <summary>The same of a feature's uses.</summary>
    public void SeedFeature(QuotaTerms terms, string feature, UsageWindow window, long uses) =>
        Account(terms.TenantId).SeedFeature(terms, feature, window, uses);

    private QuotaAccount Account(Guid tenantId) => _accounts.GetOrAdd(tenantId, static (_, clock) => new QuotaAccount(clock), clock);
}
