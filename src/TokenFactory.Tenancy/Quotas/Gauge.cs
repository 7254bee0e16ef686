using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas.Buckets;
using TokenFactory.Tenancy.Quotas.Windows;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>
/// The counters of one tenant or one key, and the checks of its limits against them. Counters exist whether limited or not, so that a
/// limit that is set later counts what came before. Guarded by the account's lock.
/// </summary>
internal sealed class Gauge(QuotaScope scope, TimeProvider clock)
{
    private readonly WindowCounter[] _windows = [new(UsageWindow.Day), new(UsageWindow.Week), new(UsageWindow.Month)];
    private readonly Dictionary<(string Feature, UsageWindow Window), WindowCounter> _features = [];
    private DateTimeOffset _now;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private TokenBucket? _requests;
    private TokenBucket? _tokens;

    public QuotaScope Scope => scope;

    /// <summary>Requests under way.</summary>
    public int Concurrent { get; private set; }

    /// <summary>Those of them that wait for their first step.</summary>
    public int Queued { get; private set; }

    public IReadOnlyDictionary<(string Feature, UsageWindow Window), WindowCounter> Features => _features;

    public long? RequestsLeft => _requests?.Level;

    public long? TokensLeft => _tokens?.Level;

    public WindowCounter Window(UsageWindow window) => _windows[(int)window];

    public WindowCounter Feature(string feature, UsageWindow window)
    {
        if (!_features.TryGetValue((feature, window), out WindowCounter? counter))
        {
            _features[(feature, window)] = counter = new WindowCounter(window);
            counter.MoveTo(_now, _zone);
        }
        return counter;
    }

    /// <summary>Brings all counters to the present.</summary>
    public void Advance(PlanLimits limits, DateTimeOffset now, TimeZoneInfo zone)
    {
        (_now, _zone) = (now, zone);
        foreach (WindowCounter window in _windows)
        {
            window.MoveTo(now, zone);
        }
        foreach (WindowCounter feature in _features.Values)
        {
            feature.MoveTo(now, zone);
        }
        _requests = Filled(_requests, limits.RequestsPerMinute);
        _tokens = Filled(_tokens, limits.TokensPerMinute);
    }

    /// <summary>The first limit that has no room, in the order in which waiting helps the least; null where all have.</summary>
    /// <param name="limits">The limits; those on trial are noted in <paramref name="shadow"/> and do not refuse.</param>
    /// <param name="features">Limits of the feature asked for.</param>
    /// <param name="tokens">Tokens needed.</param>
    /// <param name="feature">The feature asked for, or null.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="shadow">Gathers the limits on trial that would have refused.</param>
    public QuotaRefusal? FindRefusal(
        PlanLimits limits, IReadOnlyList<FeatureLimit> features, long tokens, string? feature, DateTimeOffset now, ref ShadowHits shadow) =>
        FindFeature(features, feature, now, ref shadow)
        ?? FindWindow(LimitName.TokensPerMonth, limits.TokensPerMonth, UsageWindow.Month, tokens, now, ref shadow)
        ?? FindWindow(LimitName.TokensPerWeek, limits.TokensPerWeek, UsageWindow.Week, tokens, now, ref shadow)
        ?? FindWindow(LimitName.TokensPerDay, limits.TokensPerDay, UsageWindow.Day, tokens, now, ref shadow)
        ?? FindCount(LimitName.ConcurrentRequests, limits.ConcurrentRequests, Concurrent, ref shadow)
        ?? FindCount(LimitName.QueuedRequests, limits.QueuedRequests, Queued, ref shadow)
        ?? FindBucket(LimitName.RequestsPerMinute, limits.RequestsPerMinute, _requests, 1, ref shadow)
        ?? FindBucket(LimitName.TokensPerMinute, limits.TokensPerMinute, _tokens, tokens, ref shadow);

    /// <summary>Most tokens that every enforced limit has room for.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="least">The one with the least room, where there is any.</param>
    public long MostTokens(PlanLimits limits, out LimitName least)
    {
        long most = long.MaxValue;
        least = default;
        Shrink(limits.TokensPerDay, LimitName.TokensPerDay, Window(UsageWindow.Day).Left(limits.TokensPerDay?.Amount ?? 0), ref most, ref least);
        Shrink(limits.TokensPerWeek, LimitName.TokensPerWeek, Window(UsageWindow.Week).Left(limits.TokensPerWeek?.Amount ?? 0), ref most, ref least);
        Shrink(limits.TokensPerMonth, LimitName.TokensPerMonth, Window(UsageWindow.Month).Left(limits.TokensPerMonth?.Amount ?? 0), ref most, ref least);
        Shrink(limits.TokensPerMinute, LimitName.TokensPerMinute, _tokens?.Level ?? 0, ref most, ref least);
        return most;
    }

    /// <summary>Names a limit that shortened a request.</summary>
    public QuotaBound Bound(LimitName limit) => new(limit, scope, limit switch
    {
        LimitName.TokensPerDay => Window(UsageWindow.Day).End,
        LimitName.TokensPerWeek => Window(UsageWindow.Week).End,
        LimitName.TokensPerMonth => Window(UsageWindow.Month).End,
        _ => null,
    });

    /// <summary>Takes what a request needs.</summary>
    /// <returns>Whether its tokens came out of the bucket: one on trial that would have refused them keeps what it has.</returns>
    public bool Reserve(long tokens, string? feature)
    {
        foreach (WindowCounter window in _windows)
        {
            window.Reserve(tokens);
        }
        for (UsageWindow window = UsageWindow.Day; feature is not null && window <= UsageWindow.Month; window++)
        {
            Feature(feature, window).Reserve(1);
        }
        _requests?.TryTake(1);
        Concurrent++;
        Queued++;
        return _tokens?.TryTake(tokens) ?? false;
    }

    public void Start() => Queued--;

    /// <summary>Ends a reservation.</summary>
    /// <param name="reserved">Tokens that were reserved.</param>
    /// <param name="used">Tokens that were used.</param>
    /// <param name="taken">What <see cref="Reserve"/> said.</param>
    /// <param name="feature">The feature that was reserved.</param>
    /// <param name="featureUsed">Whether it counts as used.</param>
    /// <param name="started">Whether it had left the queue.</param>
    public void Settle(long reserved, long used, bool taken, string? feature, bool featureUsed, bool started)
    {
        foreach (WindowCounter window in _windows)
        {
            window.Settle(reserved, used);
        }
        for (UsageWindow window = UsageWindow.Day; feature is not null && window <= UsageWindow.Month; window++)
        {
            Feature(feature, window).Settle(1, featureUsed ? 1 : 0);
        }
        if (taken)
        {
            _tokens?.Return(Math.Max(0, reserved - used));
        }
        Concurrent--;
        Queued -= started ? 0 : 1;
    }

    /// <summary>Room in the buckets, for the client's headers.</summary>
    public RateRoom Room(PlanLimits limits) => new(
        limits.RequestsPerMinute?.Amount, _requests?.Level, Full(limits.RequestsPerMinute, _requests),
        limits.TokensPerMinute?.Amount, _tokens?.Level, Full(limits.TokensPerMinute, _tokens));

    private static TimeSpan? Full(Limit? limit, TokenBucket? bucket) => limit is null ? null : bucket?.Until(limit.Amount);

    private TokenBucket? Filled(TokenBucket? bucket, Limit? limit)
    {
        if (limit is null)
        {
            return null;
        }
        bucket ??= new TokenBucket(clock, limit.Amount);
        bucket.Fill(limit.Amount);
        return bucket;
    }

    private QuotaRefusal? FindFeature(IReadOnlyList<FeatureLimit> features, string? feature, DateTimeOffset now, ref ShadowHits shadow)
    {
        if (feature is null)
        {
            return null;
        }
        foreach (FeatureLimit limit in features)
        {
            if (limit.Feature != feature)
            {
                continue;
            }
            WindowCounter counter = Feature(feature, limit.Window);
            long left = counter.Left(limit.Uses);
            if (left < 1 && !InShadow(limit.IsShadow, LimitName.FeatureUses, ref shadow))
            {
                return new QuotaRefusal(
                    LimitName.FeatureUses, scope, limit.Uses, 1, left, limit.Uses == 0 ? null : counter.End - now, counter.End, feature);
            }
        }
        return null;
    }

    private QuotaRefusal? FindWindow(LimitName name, Limit? limit, UsageWindow window, long tokens, DateTimeOffset now, ref ShadowHits shadow)
    {
        if (limit is null)
        {
            return null;
        }
        WindowCounter counter = Window(window);
        long left = counter.Left(limit.Amount);
        return left >= tokens || InShadow(limit.IsShadow, name, ref shadow)
            ? null
            : new QuotaRefusal(name, scope, limit.Amount, tokens, left, tokens > limit.Amount ? null : counter.End - now, counter.End);
    }

    private QuotaRefusal? FindCount(LimitName name, Limit? limit, int count, ref ShadowHits shadow) =>
        limit is null || count < limit.Amount || InShadow(limit.IsShadow, name, ref shadow)
            ? null
            : new QuotaRefusal(name, scope, limit.Amount, 1, 0, limit.Amount == 0 ? null : TimeSpan.FromSeconds(1), null);

    private QuotaRefusal? FindBucket(LimitName name, Limit? limit, TokenBucket? bucket, long needed, ref ShadowHits shadow) =>
        limit is null || bucket!.Level >= needed || InShadow(limit.IsShadow, name, ref shadow)
            ? null
            : new QuotaRefusal(name, scope, limit.Amount, needed, Math.Max(0, bucket.Level), bucket.Until(needed), null);

    private static void Shrink(Limit? limit, LimitName name, long left, ref long most, ref LimitName least)
    {
        if (limit is { IsShadow: false } && left < most)
        {
            most = left;
            least = name;
        }
    }

    private static bool InShadow(bool isShadow, LimitName name, ref ShadowHits shadow)
    {
        shadow = isShadow ? shadow.With(name) : shadow;
        return isShadow;
    }
}
