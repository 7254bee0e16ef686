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
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _lastUsed = [];
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

    public Tenant? FindTenant(string name) => _state.Tenants.FirstOrDefault(tenant => tenant.Name == name && tenant.State != TenantState.Deleted);

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
        _lastUsed[entry.Key.Id] = clock.GetUtcNow();
        return KeyVerdict.Valid;
    }

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
        _lastUsed[key.Id] = clock.GetUtcNow();
        return KeyVerdict.Valid;
    }

    /// <summary>When keys were last used since this was asked before; the caller keeps it.</summary>
    public IReadOnlyList<(Guid KeyId, DateTimeOffset At)> TakeLastUsed()
    {
        List<(Guid, DateTimeOffset)> taken = [];
        foreach (Guid key in _lastUsed.Keys)
        {
            if (_lastUsed.TryRemove(key, out DateTimeOffset at))
            {
                taken.Add((key, at));
            }
        }
        return taken;
    }

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
        if (found.Key.RevokedAt is not null)
        {
            return KeyVerdict.Revoked;
        }
        if (found.Key.ExpiresAt <= clock.GetUtcNow())
        {
            return KeyVerdict.Expired;
        }
        entry = found;
        return KeyVerdict.Valid;
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
        }

        public IReadOnlyList<Tenant> Tenants { get; }

        public IReadOnlyList<Plan> Plans { get; }

        public IReadOnlyList<ApiKey> Keys { get; }

        public FrozenDictionary<UInt128, Entry> ByHash { get; }

        public static UInt128 Index(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

        public sealed record Entry(ApiKey Key, byte[] Hash, KeyGrant? Grant);
    }
}
