using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>
/// A tenant's counters and those of its keys. Checking and taking happen under one lock, so that requests at the same time cannot
/// overspend together; the lock is held for well under a microsecond.
/// </summary>
internal sealed class QuotaAccount(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Gauge _tenant = new(QuotaScope.Tenant, clock);
    private readonly Dictionary<Guid, (Gauge Gauge, ShadowTally Tally)> _keys = [];
    private readonly ShadowTally _tally = new();

    public QuotaRefusal? TryReserve(QuotaTerms terms, in QuotaRequest request, out Reservation? reservation)
    {
        lock (_lock)
        {
            reservation = null;
            (Gauge key, ShadowTally keyTally) = Key(terms.KeyId);
            DateTimeOffset now = Advance(terms, key);
            long newTokens = NewTokens(terms, key, request, out QuotaBound? bound);
            long tokens = Saturated.Sum(request.PromptTokens, newTokens);
            ShadowHits tenantHits = default;
            ShadowHits keyHits = default;
            QuotaRefusal? refusal = key.FindRefusal(terms.Key, [], tokens, null, now, ref keyHits)
                ?? _tenant.FindRefusal(terms.Tenant, terms.Features, tokens, request.Feature, now, ref tenantHits);
            if (refusal is not null)
            {
                return refusal;
            }
            _tally.Count(tenantHits);
            keyTally.Count(new ShadowHits(tenantHits.Mask | keyHits.Mask));
            reservation = new Reservation(this, key, request, newTokens, bound)
            {
                TakenFromTenant = _tenant.Reserve(tokens, request.Feature),
                TakenFromKey = key.Reserve(tokens, feature: null),
            };
            return null;
        }
    }

    public void Start(Reservation reservation)
    {
        lock (_lock)
        {
            if (!reservation.IsStarted && !reservation.IsComplete)
            {
                reservation.IsStarted = true;
                _tenant.Start();
                reservation.Key.Start();
            }
        }
    }

    public void Complete(Reservation reservation, long usedTokens, bool countsFeature)
    {
        lock (_lock)
        {
            if (reservation.IsComplete)
            {
                return;
            }
            reservation.IsComplete = true;
            _tenant.Settle(reservation.Tokens, usedTokens, reservation.TakenFromTenant, reservation.Feature, countsFeature, reservation.IsStarted);
            reservation.Key.Settle(reservation.Tokens, usedTokens, reservation.TakenFromKey, null, false, reservation.IsStarted);
        }
    }

    public RateRoom Room(QuotaTerms terms)
    {
        lock (_lock)
        {
            (Gauge key, _) = Key(terms.KeyId);
            Advance(terms, key);
            RateRoom ofKey = key.Room(terms.Key);
            RateRoom ofTenant = _tenant.Room(terms.Tenant);
            return new RateRoom(
                ofKey.RequestLimit ?? ofTenant.RequestLimit, Least(ofKey.RequestsLeft, ofTenant.RequestsLeft), ofKey.RequestReset ?? ofTenant.RequestReset,
                ofKey.TokenLimit ?? ofTenant.TokenLimit, Least(ofKey.TokensLeft, ofTenant.TokensLeft), ofKey.TokenReset ?? ofTenant.TokenReset);
        }
    }

    public void Seed(QuotaTerms terms, QuotaScope scope, UsageWindow window, long tokens)
    {
        lock (_lock)
        {
            (Gauge key, _) = Key(terms.KeyId);
            Advance(terms, key);
            (scope == QuotaScope.Key ? key : _tenant).Window(window).Seed(tokens);
        }
    }

    public void SeedFeature(QuotaTerms terms, string feature, UsageWindow window, long uses)
    {
        lock (_lock)
        {
            Advance(terms, Key(terms.KeyId).Gauge);
            _tenant.Feature(feature, window).Seed(uses);
        }
    }

    public QuotaUsage Read(QuotaTerms terms, QuotaScope scope)
    {
        lock (_lock)
        {
            (Gauge key, ShadowTally keyTally) = Key(terms.KeyId);
            Advance(terms, key);
            return QuotaUsage.Of(scope == QuotaScope.Key ? key : _tenant, scope == QuotaScope.Key ? keyTally : _tally);
        }
    }

    private DateTimeOffset Advance(QuotaTerms terms, Gauge key)
    {
        DateTimeOffset now = clock.GetUtcNow();
        _tenant.Advance(terms.Tenant, now, terms.Zone);
        key.Advance(terms.Key, now, terms.Zone);
        return now;
    }

    /// <summary>What a request gets to generate: what it asks for, or what the limits leave where it names no number, but at least one an answer.</summary>
    private long NewTokens(QuotaTerms terms, Gauge key, in QuotaRequest request, out QuotaBound? bound)
    {
        bound = null;
        if (!request.MayShrink)
        {
            return request.MaxNewTokens;
        }
        long wanted = Math.Min(request.MaxNewTokens, terms.MaxTokensPerRequest ?? long.MaxValue);
        long ofTenant = _tenant.MostTokens(terms.Tenant, out LimitName tenantLimit);
        long ofKey = key.MostTokens(terms.Key, out LimitName keyLimit);
        long left = Math.Max(request.Answers, Math.Min(ofTenant, ofKey) - request.PromptTokens);
        if (left >= wanted)
        {
            return wanted;
        }
        bound = ofKey < ofTenant ? key.Bound(keyLimit) : _tenant.Bound(tenantLimit);
        return left;
    }

    private (Gauge Gauge, ShadowTally Tally) Key(Guid id)
    {
        if (!_keys.TryGetValue(id, out (Gauge, ShadowTally) key))
        {
            _keys[id] = key = (new Gauge(QuotaScope.Key, clock), new ShadowTally());
        }
        return key;
    }

    private static long? Least(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}
