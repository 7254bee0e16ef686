using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Administration;

/// <summary>
/// Every change to tenants, plans and keys: checked, written together with its audit entry, then put in force at once. One change at a
/// time; reading goes through the directory.
/// </summary>
public sealed class TenantAdministration(TenancyDatabase database, TenantDirectory directory, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>What is in force.</summary>
    public TenantDirectory Directory => directory;

    /// <summary>Reads everything from the database and puts it in force.</summary>
    public async Task LoadAsync(CancellationToken cancellation = default)
    {
        await using TenancyDbContext context = database.Open();
        await PutInForceAsync(context, cancellation);
    }

    /// <summary>Makes a plan; its id and version are given here.</summary>
    /// <exception cref="TenancyException">A field makes no sense, or the name is taken.</exception>
    public Task<Plan> CreatePlanAsync(string actor, Plan plan, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            Plan created = plan with { Id = Guid.NewGuid(), Version = 1 };
            Check(created);
            if (await context.Plans.AnyAsync(row => row.Name == created.Name, cancellation))
            {
                throw Taken("plan", created.Name);
            }
            PlanRow row = new() { Id = created.Id, Name = "", Limits = "", Features = "" };
            row.Take(created);
            context.Plans.Add(row);
            audit("plan.create", created.Name, null, created);
            return created;
        },
        cancellation);

    /// <summary>Changes a plan for all its tenants; requests under way keep what they have reserved.</summary>
    /// <exception cref="TenancyException">It is not there, a field makes no sense, or the name is taken.</exception>
    public Task<Plan> UpdatePlanAsync(string actor, Plan plan, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            Check(plan);
            PlanRow row = await context.Plans.FindAsync([plan.Id], cancellation) ?? throw Missing("plan", plan.Name);
            if (await context.Plans.AnyAsync(other => other.Name == plan.Name && other.Id != plan.Id, cancellation))
            {
                throw Taken("plan", plan.Name);
            }
            Plan before = row.ToPlan();
            Plan after = plan with { Version = before.Version + 1 };
            row.Take(after);
            audit("plan.update", after.Name, before, after);
            return after;
        },
        cancellation);

    /// <summary>Removes a plan that no tenant has.</summary>
    /// <exception cref="TenancyException">It is not there, or a tenant has it.</exception>
    public Task<Plan> DeletePlanAsync(string actor, Guid id, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            PlanRow row = await context.Plans.FindAsync([id], cancellation) ?? throw Missing("plan", $"{id}");
            if (await context.Tenants.FirstOrDefaultAsync(tenant => tenant.PlanId == id, cancellation) is { } tenant)
            {
                throw new TenancyException(TenancyProblem.Conflict, $"The plan {row.Name} is that of {tenant.Name}, and maybe of others. Give them another plan first.");
            }
            context.Plans.Remove(row);
            audit("plan.delete", row.Name, row.ToPlan(), null);
            return row.ToPlan();
        },
        cancellation);

    /// <summary>Makes a tenant; its id is given here.</summary>
    /// <exception cref="TenancyException">A field makes no sense, the plan is not there, or the name is taken, be it by a deleted tenant.</exception>
    public Task<Tenant> CreateTenantAsync(string actor, Tenant tenant, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            Tenant created = tenant with { Id = Guid.NewGuid(), State = TenantState.Active };
            await CheckAsync(context, created, cancellation);
            TenantRow row = new() { Id = created.Id, Name = "", DisplayName = "", TimeZone = "", Overrides = "" };
            row.Take(created);
            context.Tenants.Add(row);
            audit("tenant.create", created.Name, null, created);
            return created;
        },
        cancellation);

    /// <summary>Changes a tenant. Deleting one is the state Deleted: its keys stop at once, its usage stays.</summary>
    /// <exception cref="TenancyException">It is not there, a field makes no sense, or the name is taken.</exception>
    public Task<Tenant> UpdateTenantAsync(string actor, Tenant tenant, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            TenantRow row = await context.Tenants.FindAsync([tenant.Id], cancellation) ?? throw Missing("tenant", tenant.Name);
            await CheckAsync(context, tenant, cancellation);
            Tenant before = row.ToTenant();
            row.Take(tenant);
            audit(tenant.State == TenantState.Deleted ? "tenant.delete" : "tenant.update", tenant.Name, before, tenant);
            return tenant;
        },
        cancellation);

    /// <summary>Makes a key for a tenant, or for an administrator.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="request">What the key is to be; its id, hash, prefix and times of making and use are given here.</param>
    /// <param name="text">A text to use, from the environment at the first start; null: a new one.</param>
    /// <param name="cancellation">Stops waiting for its turn.</param>
    /// <exception cref="TenancyException">A field makes no sense, the tenant is not there, or the text is no key's or taken.</exception>
    public Task<NewKey> CreateKeyAsync(string actor, ApiKey request, string? text = null, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        (context, audit) =>
        {
            Validation.Expiry(request.ExpiresAt, clock.GetUtcNow(), "expires_at");
            return AddKeyAsync(context, audit, "key.create", request, text, cancellation);
        },
        cancellation);

    /// <summary>Makes a key like another, which goes on working until the overlap is over.</summary>
    /// <exception cref="TenancyException">The key is not there, is revoked or has expired, or the overlap is none.</exception>
    public Task<NewKey> RotateKeyAsync(string actor, Guid id, TimeSpan overlap, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            Validation.Overlap(overlap, "overlap_seconds");
            KeyRow old = await context.Keys.FindAsync([id], cancellation) ?? throw Missing("key", $"{id}");
            if (old.RevokedAt is not null)
            {
                throw new TenancyException(TenancyProblem.Conflict, $"The key {old.Name} is revoked. Make a new one instead.");
            }
            if (old.ExpiresAt <= clock.GetUtcNow())
            {
                throw new TenancyException(TenancyProblem.Conflict, $"The key {old.Name} has expired, and one like it would have too. Make a new one instead.");
            }
            ApiKey before = old.ToKey();
            DateTimeOffset end = clock.GetUtcNow() + overlap;
            NewKey created = await AddKeyAsync(context, audit, "key.rotate", before with { RotatedFrom = id }, null, cancellation);
            old.ExpiresAt = old.ExpiresAt < end ? old.ExpiresAt : end;
            audit("key.expire", old.Name, Shown(before), Shown(old.ToKey()));
            return created;
        },
        cancellation);

    /// <summary>Ends a key for good, from the next request on.</summary>
    /// <exception cref="TenancyException">It is not there.</exception>
    public Task<ApiKey> RevokeKeyAsync(string actor, Guid id, CancellationToken cancellation = default) => ChangeAsync(
        actor,
        async (context, audit) =>
        {
            KeyRow row = await context.Keys.FindAsync([id], cancellation) ?? throw Missing("key", $"{id}");
            ApiKey before = row.ToKey();
            row.RevokedAt ??= clock.GetUtcNow();
            audit("key.revoke", row.Name, Shown(before), Shown(row.ToKey()));
            return row.ToKey();
        },
        cancellation);

    /// <summary>Writes when keys were last used. Not a change that anybody made, so it is not audited.</summary>
    public async Task KeepLastUsedAsync(CancellationToken cancellation = default)
    {
        IReadOnlyList<(Guid KeyId, DateTimeOffset At)> uses = directory.TakeLastUsed();
        if (uses.Count == 0)
        {
            return;
        }
        await using TenancyDbContext context = database.Open();
        foreach ((Guid id, DateTimeOffset at) in uses)
        {
            await context.Keys.Where(row => row.Id == id).ExecuteUpdateAsync(row => row.SetProperty(key => key.LastUsedAt, at), cancellation);
        }
    }

    public void Dispose() => _turn.Dispose();

    private static void Check(Plan plan)
    {
        Validation.Name(plan.Name, "name");
        Validation.Limits(plan.Limits, "limits");
        Validation.Features(plan.Features, "features");
        Validation.Lanes(plan.Lanes, "lanes");
        Validation.Weight(plan.Weight, "weight");
        Validation.MaxTokens(plan.MaxTokensPerRequest, "max_tokens_per_request");
    }

    private static async Task CheckAsync(TenancyDbContext context, Tenant tenant, CancellationToken cancellation)
    {
        Validation.Name(tenant.Name, "name");
        Validation.DisplayName(tenant.DisplayName, "display_name");
        Validation.TimeZone(tenant.TimeZone, "time_zone");
        Validation.Weight(tenant.Weight, "weight");
        Validation.Lanes(tenant.Lanes, "lanes");
        Validation.Limits(tenant.Overrides, "limits");
        if (!await context.Plans.AnyAsync(plan => plan.Id == tenant.PlanId, cancellation))
        {
            throw new TenancyException(TenancyProblem.Invalid, $"There is no plan {tenant.PlanId}.", "plan");
        }
        if (await context.Tenants.AnyAsync(other => other.Name == tenant.Name && other.Id != tenant.Id, cancellation))
        {
            throw Taken("tenant", tenant.Name);
        }
    }

    private async Task<NewKey> AddKeyAsync(
        TenancyDbContext context, Action<string, string, object?, object?> audit, string action, ApiKey request, string? text, CancellationToken cancellation)
    {
        Validation.DisplayName(request.Name, "name");
        Validation.Limits(request.Limits, "limits");
        if (request.TenantId is { } tenant && !await context.Tenants.AnyAsync(row => row.Id == tenant && row.State != (int)TenantState.Deleted, cancellation))
        {
            throw Missing("tenant", $"{tenant}");
        }
        text ??= KeySecret.Create();
        byte[] hash = new byte[KeySecret.HashBytes];
        if (!KeySecret.TryHash(text, hash))
        {
            throw new TenancyException(TenancyProblem.Invalid, $"A key is tf- and {KeySecret.Length - 3} characters of base64url (256 random bits).", "key");
        }
        if (await context.Keys.AnyAsync(row => row.Hash == hash, cancellation))
        {
            throw new TenancyException(TenancyProblem.Conflict, "This key exists already.", "key");
        }
        ApiKey key = request with
        {
            Id = Guid.NewGuid(),
            Hash = hash,
            Prefix = KeySecret.PrefixOf(text),
            CreatedAt = clock.GetUtcNow(),
            RevokedAt = null,
            LastUsedAt = null,
        };
        KeyRow row = new() { Id = key.Id, Name = "", Prefix = "", Hash = hash, Limits = "" };
        row.Take(key);
        context.Keys.Add(row);
        audit(action, key.Name, null, Shown(key));
        return new NewKey(key, text);
    }

    /// <summary>A key without its hash, which audits need not hold.</summary>
    private static ApiKey Shown(ApiKey key) => key with { Hash = [] };

    private static TenancyException Taken(string what, string name) =>
        new(TenancyProblem.Conflict, $"There is a {what} named {name} already. Choose another name.", "name");

    private static TenancyException Missing(string what, string name) => new(TenancyProblem.NotFound, $"There is no {what} {name}.");

    private async Task<T> ChangeAsync<T>(
        string actor, Func<TenancyDbContext, Action<string, string, object?, object?>, Task<T>> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await DatabaseUnavailableException.ExplainAsync(async () =>
            {
                await using TenancyDbContext context = database.Open();
                T result = await change(context, (action, subject, before, after) =>
                    context.Audit.Add(AuditTrail.RowOf(clock.GetUtcNow(), actor, action, subject, before, after)));
                await context.SaveChangesAsync(cancellation);
                await PutInForceAsync(context, CancellationToken.None);
                return result;
            });
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task PutInForceAsync(TenancyDbContext context, CancellationToken cancellation)
    {
        List<TenantRow> tenants = await context.Tenants.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellation);
        List<PlanRow> plans = await context.Plans.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellation);
        List<KeyRow> keys = await context.Keys.AsNoTracking().OrderBy(row => row.CreatedAt).ToListAsync(cancellation);
        directory.Load([.. tenants.Select(row => row.ToTenant())], [.. plans.Select(row => row.ToPlan())], [.. keys.Select(row => row.ToKey())]);
    }
}
