using System.Globalization;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Administration;

/// <summary>Everything that administrators do, on each database.</summary>
public abstract class TenantAdministrationTests(DatabaseKind kind) : IAsyncLifetime
{
    private const string Admin = "ada";

    private static readonly Plan Small = new(
        default, "small", new PlanLimits { TokensPerMonth = new Limit(1000), RequestsPerMinute = new Limit(5, IsShadow: true) },
        [new FeatureLimit("deep-research", 10, UsageWindow.Month)], ["demo"], LaneRights.Interactive, 1, 256, 0);

    private readonly WallClock _clock = new(DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture));
    private TestDatabase _test = null!;
    private TenantDirectory _directory = null!;
    private TenantAdministration _administration = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _directory = new TenantDirectory(_clock);
        _administration = new TenantAdministration(_test.Database, _directory, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _administration?.Dispose();
        if (_test is not null)
        {
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Everything_ReadBackByAnother_IsTheSame()
    {
        (Tenant tenant, NewKey key) = await CreateTenantAsync();

        TenantDirectory other = new(_clock);
        using TenantAdministration reader = new(_test.Database, other, _clock);
        await reader.LoadAsync();

        Assert.Equal(KeyVerdict.Valid, other.Judge(key.Text, out KeyGrant? grant));
        Assert.Equal(tenant, grant!.Tenant);
        Assert.Equal(Small.Limits, grant.Plan.Limits);
        Assert.Equal(Small.Features, grant.Plan.Features);
        Assert.Equal(Small.Models!, grant.Plan.Models!);
        Assert.Equal((LaneRights.Interactive, 1.0, 256L, 1), (grant.Lanes, grant.Weight, grant.Terms.MaxTokensPerRequest!.Value, grant.Plan.Version));
        Assert.True(grant.Allows("demo"));
        Assert.False(grant.Allows("other"));
    }

    [Fact]
    public async Task Key_Revoked_IsRefusedAtOnce()
    {
        (_, NewKey key) = await CreateTenantAsync();
        Assert.Equal(KeyVerdict.Valid, _directory.Judge(key.Text, out _));

        await _administration.RevokeKeyAsync(Admin, key.Key.Id);

        Assert.Equal(KeyVerdict.Revoked, _directory.Judge(key.Text, out _));
    }

    [Fact]
    public async Task Key_Rotated_BothWorkUntilTheOverlapEnds()
    {
        (_, NewKey old) = await CreateTenantAsync();

        NewKey next = await _administration.RotateKeyAsync(Admin, old.Key.Id, TimeSpan.FromHours(1));

        Assert.Equal(KeyVerdict.Valid, _directory.Judge(old.Text, out _));
        Assert.Equal(KeyVerdict.Valid, _directory.Judge(next.Text, out KeyGrant? grant));
        Assert.Equal(old.Key.Id, grant!.Key.RotatedFrom);
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal(KeyVerdict.Expired, _directory.Judge(old.Text, out _));
        Assert.Equal(KeyVerdict.Valid, _directory.Judge(next.Text, out _));
    }

    [Fact]
    public async Task Key_OfEveryOtherKind_IsJudged()
    {
        (Tenant tenant, NewKey key) = await CreateTenantAsync();
        NewKey admin = await _administration.CreateKeyAsync(Admin, KeyOf(null));

        Assert.Equal(KeyVerdict.Unknown, _directory.Judge(KeySecret.Create(), out _));
        Assert.Equal(KeyVerdict.Malformed, _directory.Judge("tf-x", out _));
        Assert.Equal(KeyVerdict.Unknown, _directory.Judge(admin.Text, out _));
        Assert.Equal(KeyVerdict.Valid, _directory.JudgeAdmin(admin.Text, out ApiKey? found));
        Assert.True(found!.IsAdmin);
        Assert.Equal(KeyVerdict.Unknown, _directory.JudgeAdmin(key.Text, out _));

        await _administration.UpdateTenantAsync(Admin, tenant with { State = TenantState.Suspended });
        Assert.Equal(KeyVerdict.TenantSuspended, _directory.Judge(key.Text, out _));
        await _administration.UpdateTenantAsync(Admin, tenant with { State = TenantState.Deleted });
        Assert.Equal(KeyVerdict.TenantDeleted, _directory.Judge(key.Text, out _));
    }

    [Fact]
    public async Task EffectiveLimits_OfAKey_SayWhichRuleSetsThem()
    {
        (Tenant tenant, NewKey key) = await CreateTenantAsync(new PlanLimits { TokensPerDay = new Limit(77) });
        await _administration.UpdateTenantAsync(Admin, tenant with { Overrides = new PlanLimits { TokensPerMonth = new Limit(5000) } });

        _directory.Judge(key.Text, out KeyGrant? grant);

        Assert.Equal(
            [
                new EffectiveLimit(LimitName.RequestsPerMinute, QuotaScope.Tenant, new Limit(5, true), LimitSource.Plan),
                new EffectiveLimit(LimitName.TokensPerMonth, QuotaScope.Tenant, new Limit(5000), LimitSource.Tenant),
                new EffectiveLimit(LimitName.TokensPerDay, QuotaScope.Key, new Limit(77), LimitSource.Key),
            ],
            EffectiveLimits.Of(grant!));
    }

    [Fact]
    public async Task Plan_Changed_HoldsForItsTenantsAtOnce()
    {
        (_, NewKey key) = await CreateTenantAsync();
        Plan plan = _directory.Plans.Single();

        await _administration.UpdatePlanAsync(Admin, plan with { Limits = PlanLimits.None, Weight = 3 });

        _directory.Judge(key.Text, out KeyGrant? grant);
        Assert.Equal((PlanLimits.None, 3.0, 2), (grant!.Terms.Tenant, grant.Weight, grant.Plan.Version));
    }

    [Fact]
    public async Task Plan_StillInUse_IsNotDeleted()
    {
        (Tenant tenant, _) = await CreateTenantAsync();

        TenancyException refusal = await Assert.ThrowsAsync<TenancyException>(() => _administration.DeletePlanAsync(Admin, tenant.PlanId));

        Assert.Equal(TenancyProblem.Conflict, refusal.Problem);
        Assert.Contains(tenant.Name, refusal.Message);
        Plan unused = await _administration.CreatePlanAsync(Admin, Small with { Name = "unused" });
        await _administration.DeletePlanAsync(Admin, unused.Id);
        Assert.Single(_directory.Plans);
    }

    [Fact]
    public async Task Changes_All_StandInTheAuditWithoutSecrets()
    {
        (_, NewKey key) = await CreateTenantAsync();
        await _administration.RevokeKeyAsync("bob", key.Key.Id);

        IReadOnlyList<AuditEntry> audit = await new AuditTrail(_test.Database, _clock).ReadAsync(100);

        Assert.Equal(["key.revoke", "key.create", "tenant.create", "plan.create"], audit.Select(entry => entry.Action));
        Assert.Equal(["bob", Admin, Admin, Admin], audit.Select(entry => entry.Actor));
        Assert.Null(audit[3].Before);
        Assert.Contains("\"Amount\":1000", audit[3].After);
        Assert.All(audit, entry => Assert.DoesNotContain(Convert.ToBase64String([.. key.Key.Hash]), $"{entry.Before}{entry.After}"));
        Assert.All(audit, entry => Assert.DoesNotContain(key.Text, $"{entry.Before}{entry.After}"));
    }

    [Fact]
    public async Task Audit_OfOtherChanges_IsReadByActorAndAction()
    {
        AuditTrail audit = new(_test.Database, _clock);
        await audit.AddAsync("bob", "request.cancel", "chatcmpl-1", new { Model = "demo" }, null);
        await CreateTenantAsync();

        AuditEntry entry = Assert.Single(await audit.ReadAsync(10, actor: "bob"));
        Assert.Equal(("request.cancel", "chatcmpl-1", "{\"Model\":\"demo\"}", null), (entry.Action, entry.Subject, entry.Before, entry.After));
        Assert.Equal(["plan.create"], (await audit.ReadAsync(10, action: "plan.")).Select(one => one.Action));
        Assert.Single(await audit.ReadAsync(1));
    }

    [Fact]
    public async Task LastUsed_OfAKey_IsKept()
    {
        (_, NewKey key) = await CreateTenantAsync();
        _directory.Judge(key.Text, out _);

        await _administration.KeepLastUsedAsync();
        await _administration.LoadAsync();

        Assert.Equal(_clock.Now, _directory.Keys.Single().LastUsedAt);
        Assert.Empty(_directory.TakeLastUsed());
    }

    [Fact]
    public async Task LastUse_OfAKey_IsKnownBeforeItIsKeptAndAfter()
    {
        (_, NewKey key) = await CreateTenantAsync();
        Assert.Null(_directory.LastUsedOf(key.Key));
        _directory.Judge(key.Text, out _);
        Assert.Equal(_clock.Now, _directory.LastUsedOf(key.Key));

        await _administration.KeepLastUsedAsync();
        Assert.Equal(_clock.Now, _directory.LastUsedOf(key.Key));
        _clock.Pass(TimeSpan.FromMinutes(1));
        _directory.Judge(key.Text, out _);
        Assert.Equal([(key.Key.Id, _clock.Now)], _directory.TakeLastUsed());
    }

    [Fact]
    public async Task Key_ThatWouldBeExpired_IsNeitherMadeNorRotated()
    {
        (Tenant tenant, NewKey key) = await CreateTenantAsync();
        Task<NewKey> late = _administration.CreateKeyAsync(Admin, KeyOf(tenant.Id) with { ExpiresAt = _clock.Now });
        Assert.Equal("expires_at", (await Assert.ThrowsAsync<TenancyException>(() => late)).Field);

        Task<NewKey> backwards = _administration.RotateKeyAsync(Admin, key.Key.Id, TimeSpan.FromSeconds(-1));
        Assert.Equal("overlap_seconds", (await Assert.ThrowsAsync<TenancyException>(() => backwards)).Field);
        await _administration.RotateKeyAsync(Admin, key.Key.Id, TimeSpan.Zero);
        Task<NewKey> again = _administration.RotateKeyAsync(Admin, key.Key.Id, TimeSpan.Zero);
        Assert.Contains("expired", (await Assert.ThrowsAsync<TenancyException>(() => again)).Message);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("with space")]
    public async Task Plan_BadName_IsRefusedByField(string name) =>
        Assert.Equal("name", (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreatePlanAsync(Admin, Small with { Name = name }))).Field);

    [Fact]
    public async Task Plan_BadNumbers_AreRefusedByField()
    {
        Assert.Equal("limits.TokensPerDay", await FieldAsync(Small with { Limits = new PlanLimits { TokensPerDay = new Limit(-1) } }));
        Assert.Equal("weight", await FieldAsync(Small with { Weight = 0 }));
        Assert.Equal("weight", await FieldAsync(Small with { Weight = double.NaN }));
        Assert.Equal("lanes", await FieldAsync(Small with { Lanes = LaneRights.None }));
        Assert.Equal("max_tokens_per_request", await FieldAsync(Small with { MaxTokensPerRequest = 0 }));
        Assert.Equal("features.uses", await FieldAsync(Small with { Features = [new FeatureLimit("x", -1, UsageWindow.Day)] }));
        await _administration.CreatePlanAsync(Admin, Small with { Limits = new PlanLimits { TokensPerDay = new Limit(long.MaxValue), TokensPerMonth = new Limit(0) } });
        Assert.Equal(new Limit(long.MaxValue), _directory.Plans.Single().Limits.TokensPerDay);
    }

    [Fact]
    public async Task Tenant_BadFields_AreRefused()
    {
        Plan plan = await _administration.CreatePlanAsync(Admin, Small);
        Tenant good = TenantOf(plan);

        Assert.Equal("time_zone", (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreateTenantAsync(Admin, good with { TimeZone = "Mars/Olympus" }))).Field);
        Assert.Equal("plan", (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreateTenantAsync(Admin, good with { PlanId = Guid.NewGuid() }))).Field);
        await _administration.CreateTenantAsync(Admin, good);
        Assert.Equal(TenancyProblem.Conflict, (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreateTenantAsync(Admin, good))).Problem);
        Assert.Equal(
            TenancyProblem.NotFound, (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreateKeyAsync(Admin, KeyOf(Guid.NewGuid())))).Problem);
        Assert.Single(_directory.Tenants);
    }

    private static Tenant TenantOf(Plan plan) => new(default, "lab", "The lab", "Europe/Berlin", plan.Id, null, null, PlanLimits.None, TenantState.Active);

    private static ApiKey KeyOf(Guid? tenant, PlanLimits? limits = null) =>
        new(default, tenant, "first", "", [], default, null, null, null, limits ?? PlanLimits.None, null, null);

    private async Task<string?> FieldAsync(Plan plan) =>
        (await Assert.ThrowsAsync<TenancyException>(() => _administration.CreatePlanAsync(Admin, plan))).Field;

    private async Task<(Tenant Tenant, NewKey Key)> CreateTenantAsync(PlanLimits? keyLimits = null)
    {
        Plan plan = await _administration.CreatePlanAsync(Admin, Small);
        Tenant tenant = await _administration.CreateTenantAsync(Admin, TenantOf(plan));
        return (tenant, await _administration.CreateKeyAsync(Admin, KeyOf(tenant.Id, keyLimits)));
    }
}

public sealed class SqliteAdministrationTests() : TenantAdministrationTests(DatabaseKind.Sqlite);

public sealed class PostgresAdministrationTests() : TenantAdministrationTests(DatabaseKind.Postgres);
