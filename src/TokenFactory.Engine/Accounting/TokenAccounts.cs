using System.Collections.Concurrent;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Accounting;

/// <summary>The token accounts of one model on one device, by tenant and lane.</summary>
public sealed class TokenAccounts
{
    private readonly ConcurrentDictionary<(string Tenant, Lane Lane), TokenAccount> _accounts = new();

    /// <summary>All accounts opened so far, in no order.</summary>
    public IEnumerable<TokenAccount> All => _accounts.Values;

    internal TokenAccount Open(string tenant, Lane lane) =>
        _accounts.GetOrAdd((tenant, lane), static key => new TokenAccount(key.Tenant, key.Lane));
}
