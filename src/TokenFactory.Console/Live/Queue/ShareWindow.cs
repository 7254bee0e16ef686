using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Live.Queue;

/// <summary>How many tokens each tenant received in the last minute, from the engines' own accounts.</summary>
internal sealed class ShareWindow(TimeProvider clock)
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly Queue<(long At, Dictionary<string, long> Tokens)> _samples = new();

    /// <summary>Takes a sample, and returns what was received since the oldest of the last minute.</summary>
    public Dictionary<string, long> Add(IReadOnlyList<ServedModel> models)
    {
        Dictionary<string, long> now = models.SelectMany(model => model.Replicas).SelectMany(replica => replica.Accounts.All).GroupBy(account => account.Tenant)
            .ToDictionary(tenant => tenant.Key, tenant => tenant.Sum(account => account.GeneratedTokens + account.PrefillTokens));
        long at = clock.GetTimestamp();
        _samples.Enqueue((at, now));
        while (_samples.Count > 1 && clock.GetElapsedTime(_samples.Peek().At, at) > Length)
        {
            _samples.Dequeue();
        }
        Dictionary<string, long> before = _samples.Peek().Tokens;

        // A model that was unloaded takes its counts with it: less than before counts as nothing.
        return now.ToDictionary(tenant => tenant.Key, tenant => Math.Max(0, tenant.Value - before.GetValueOrDefault(tenant.Key)));
    }
}
