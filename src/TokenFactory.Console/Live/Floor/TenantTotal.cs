using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Live.Floor;

/// <summary>Tokens of one tenant in one lane, over all models, each since it was loaded.</summary>
public sealed record TenantTotal(string Tenant, Lane Lane, long Generated, long Prefill, long Cached, long Finished)
{
    /// <summary>Adds up the accounts of all models, most generated tokens first.</summary>
    /// <param name="models">The models that serve.</param>
    /// <param name="most">Most rows wanted.</param>
    /// <param name="leftOut">Rows beyond that.</param>
    public static IReadOnlyList<TenantTotal> Read(IReadOnlyList<ServedModel> models, int most, out int leftOut)
    {
        Dictionary<(string Tenant, Lane Lane), TenantTotal> totals = [];
        foreach (TokenAccount account in models.SelectMany(model => model.Replicas).SelectMany(replica => replica.Accounts.All))
        {
            (string, Lane) key = (account.Tenant, account.Lane);
            TenantTotal sum = totals.GetValueOrDefault(key) ?? new TenantTotal(account.Tenant, account.Lane, 0, 0, 0, 0);
            totals[key] = sum with
            {
                Generated = sum.Generated + account.GeneratedTokens,
                Prefill = sum.Prefill + account.PrefillTokens,
                Cached = sum.Cached + account.CachedTokens,
                Finished = sum.Finished + account.FinishedRequests,
            };
        }
        leftOut = Math.Max(0, totals.Count - most);
        return
        [
            .. totals.Values
                .OrderByDescending(total => total.Generated)
                .ThenBy(total => total.Tenant, StringComparer.Ordinal)
                .ThenBy(total => total.Lane)
                .Take(most),
        ];
    }
}
