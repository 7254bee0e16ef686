using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Directory;

/// <summary>
/// All tenants, plans and keys, in memory: what admission reads, without a lock and without the database. A change replaces the whole,
/// so a revoked key is refused from the next request on. Safe for any thread.
/// </summary>
public sealed class TenantDirectory(TimeProvider clock)
{
    /// <summary>When each key was last used. An object each, so that a use allocates nothing.</summary>
    private readonly ConcurrentDictionary<Guid, LastUse> _lastUsed = [];
    private volatile State _state = new([], [], []);

    /// <summary>Raised after a change, on the thread that made it.</summary>
    public event Action? Changed;

    public IReadOnlyList<Tenant> Tenants => _state.Tenants;

    public IReadOnlyList<Plan> Plans => _state.Plans;

    public IReadOnlyList<ApiKey> Keys => _state.Keys;

    /// <summary>Replaces everything.</summary>
    public void Load(IReadOnlyList<Tenant> tenants, IReadOnlyList<Plan> plans, IReadOnlyList<ApiKey> keys)
    {
        _state = new State(tenants, plans, keys);
        Changed?.Invoke();
    }

    /// <summary>A tenant that is not deleted, by its name or id.</summary>
    public Tenant? FindTenant(string name) =>
        _state.Tenants.FirstOrDefault(tenant => tenant.State != TenantState.Deleted && (tenant.Name == name || IsId(name, tenant.Id)));

    /// <summary>A plan by its name or id.</summary>
    public Plan? FindPlan(string name) => _state.Plans.FirstOrDefault(plan => plan.Name == name || IsId(name, plan.Id));

    /// <summary>What holds for a tenant without a key, then for each of its keys that is not revoked.</summary>
    public IReadOnlyList<KeyGrant> GrantsOf(Tenant tenant)
    {
        State state = _state;
        Plan plan = state.Plans.First(one => one.Id == tenant.PlanId);
        return
        [
            KeyGrant.ResolveWithoutKey(tenant, plan),
            .. state.Keys.Where(key => key.TenantId == tenant.Id && key.RevokedAt is null).Select(key => KeyGrant.Resolve(key, tenant, plan)),
        ];
    }

    /// <summary>Judges a presented text. The grant is given only for a valid tenant's key.</summary>
    public KeyVerdict Judge(ReadOnlySpan<char> presented, out KeyGrant? grant)
    {
        grant = null;
        KeyVerdict verdict = Find(presented, out State.Entry? entry);
        if (verdict != KeyVerdict.Valid)
        {
            return verdict;
        }
        if (entry!.Grant is null)
        {
            // An administrator's key opens the administration and nothing else.
            return KeyVerdict.Unknown;
        }
        switch (entry.Grant.Tenant.State)
        {
            case TenantState.Suspended: return KeyVerdict.TenantSuspended;
            case TenantState.Deleted: return KeyVerdict.TenantDeleted;
        }
        grant = entry.Grant;
        MarkUsed(entry.Key);
        return KeyVerdict.Valid;
    }

    /// <summary>Judges a key by its id, for work that goes on after the request that presented it; not a use of the key.</summary>
    /// <param name="keyId">The key; all zeros: the tenant's requests without a key.</param>
    /// <param name="tenantId">Whose the work is.</param>
    /// <param name="grant">What holds for it; null unless the verdict is <see cref="KeyVerdict.Valid"/>.</param>
    public KeyVerdict Judge(Guid keyId, Guid tenantId, out KeyGrant? grant)
    {
        State state = _state;
        grant = null;
        switch (state.Tenants.FirstOrDefault(tenant => tenant.Id == tenantId))
        {
            case null or { State: TenantState.Deleted }: return KeyVerdict.TenantDeleted;
            case { State: TenantState.Suspended }: return KeyVerdict.TenantSuspended;
            case { } tenant when keyId == Guid.Empty:
                grant = state.Keyless.GetValueOrDefault(tenant.Name);
                return KeyVerdict.Valid;
        }
        if (!state.ById.TryGetValue(keyId, out State.Entry? entry) || entry.Grant is null)
        {
            return KeyVerdict.Unknown;
        }
        KeyVerdict verdict = InForce(entry.Key);
        grant = verdict == KeyVerdict.Valid ? entry.Grant : null;
        return verdict;
    }

    /// <summary>What holds for a tenant's own requests without a key; null where there is no such tenant, or it is not active.</summary>
    public KeyGrant? GrantWithoutKey(string tenant) => _state.Keyless.GetValueOrDefault(tenant);

    /// <summary>Judges a text presented to the administration.</summary>
    public KeyVerdict JudgeAdmin(ReadOnlySpan<char> presented, out ApiKey? key)
    {
        key = null;
        KeyVerdict verdict = Find(presented, out State.Entry? entry);
        if (verdict != KeyVerdict.Valid || !entry!.Key.IsAdmin)
        {
            return verdict == KeyVerdict.Valid ? KeyVerdict.Unknown : verdict;
        }
        key = entry.Key;
        MarkUsed(key);
        return KeyVerdict.Valid;
    }

    /// <summary>Whether a text is that of a key which was ever made here, in force or not.</summary>
    public bool Knows(ReadOnlySpan<char> text) => Find(text, out _) is not (KeyVerdict.Malformed or KeyVerdict.Unknown);

    /// <summary>When keys were last used since this was asked before; the caller keeps it.</summary>
    public IReadOnlyList<(Guid KeyId, DateTimeOffset At)> TakeLastUsed()
    {
        List<(Guid, DateTimeOffset)> taken = [];
        foreach ((Guid key, LastUse use) in _lastUsed)
        {
            long ticks = Volatile.Read(ref use.Ticks);
            if (Interlocked.Exchange(ref use.Taken, ticks) != ticks)
            {
                taken.Add((key, new DateTimeOffset(ticks, TimeSpan.Zero)));
            }
        }
        return taken;
    }

    /// <summary>When a key was last used, up to this moment; null: never.</summary>
    public DateTimeOffset? LastUsedOf(ApiKey key) =>
        _lastUsed.TryGetValue(key.Id, out LastUse? use) ? new DateTimeOffset(Volatile.Read(ref use.Ticks), TimeSpan.Zero) : key.LastUsedAt;

    private void MarkUsed(ApiKey key)
    {
        long now = clock.GetUtcNow().UtcTicks;
        Volatile.Write(ref _lastUsed.GetOrAdd(key.Id, static (_, ticks) => new LastUse { Ticks = ticks }, now).Ticks, now);
    }

    private static bool IsId(string text, Guid id) => Guid.TryParse(text, out Guid parsed) && parsed == id;

    private KeyVerdict Find(ReadOnlySpan<char> presented, out State.Entry? entry)
    {
        entry = null;
        Span<byte> hash = stackalloc byte[KeySecret.HashBytes];
        if (!KeySecret.TryHash(presented, hash))
        {
            return KeyVerdict.Malformed;
        }
        if (!_state.ByHash.TryGetValue(State.Index(hash), out State.Entry? found) || !CryptographicOperations.FixedTimeEquals(found.Hash, hash))
        {
            return KeyVerdict.Unknown;
        }
        KeyVerdict verdict = InForce(found.Key);
        entry = verdict == KeyVerdict.Valid ? found : null;
        return verdict;
    }

    private KeyVerdict InForce(ApiKey key) =>
        key.RevokedAt is not null ? KeyVerdict.Revoked : key.ExpiresAt <= clock.GetUtcNow() ? KeyVerdict.Expired : KeyVerdict.Valid;

    /// <summary>UTC ticks of the newest use, and of the one that was taken last to be kept.</summary>
    private sealed class LastUse
    {
        public long Ticks;
        public long Taken;
    }

    private sealed class State
    {
        public State(IReadOnlyList<Tenant> tenants, IReadOnlyList<Plan> plans, IReadOnlyList<ApiKey> keys)
        {
            Tenants = tenants;
            Plans = plans;
            Keys = keys;
            Dictionary<Guid, Tenant> tenantsById = tenants.ToDictionary(tenant => tenant.Id);
            Dictionary<Guid, Plan> plansById = plans.ToDictionary(plan => plan.Id);
            ByHash = keys.ToFrozenDictionary(
                key => Index(key.Hash.ToArray()),
                key => new Entry(
                    key,
                    [.. key.Hash],
                    key.TenantId is { } id ? KeyGrant.Resolve(key, tenantsById[id], plansById[tenantsById[id].PlanId]) : null));
            ById = ByHash.Values.ToFrozenDictionary(entry => entry.Key.Id);
            Keyless = tenants.Where(tenant => tenant.State == TenantState.Active)
                .ToFrozenDictionary(tenant => tenant.Name, tenant => KeyGrant.ResolveWithoutKey(tenant, plansById[tenant.PlanId]));
        }

        public IReadOnlyList<Tenant> Tenants { get; }

        public IReadOnlyList<Plan> Plans { get; }

        public IReadOnlyList<ApiKey> Keys { get; }

        public FrozenDictionary<UInt128, Entry> ByHash { get; }

        public FrozenDictionary<Guid, Entry> ById { get; }

        public FrozenDictionary<string, KeyGrant> Keyless { get; }

        public static UInt128 Index(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

        public sealed record Entry(ApiKey Key, byte[] Hash, KeyGrant? Grant);
    }
}
