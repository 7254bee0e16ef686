using System.Globalization;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Files;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Files;

/// <summary>The tenants' files, on each database.</summary>
public abstract class FileBookTests(DatabaseKind kind) : IAsyncLifetime
{
    private const long Plenty = long.MaxValue;

    private static readonly Guid Lab = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    private readonly WallClock _clock = new(DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture));
    private TestDatabase _test = null!;
    private FileBook _files = null!;
    private BatchBook _batches = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _files = new FileBook(_test.Database, _clock);
        _batches = new BatchBook(_test.Database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            _files.Dispose();
            _batches.Dispose();
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task File_Added_ReadsBackForItsTenantOnly()
    {
        StoredFile added = Make(Lab, 17, TimeSpan.FromHours(1));
        await _files.AddAsync(added, Plenty, TestContext.Current.CancellationToken);

        Assert.Equivalent(added, await _files.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken), strict: true);
        Assert.Null(await _files.FindAsync(Other, added.Id, TestContext.Current.CancellationToken));
        Assert.False(await _files.RemoveAsync(Other, added.Id, TestContext.Current.CancellationToken));
        Assert.True(await _files.RemoveAsync(Lab, added.Id, TestContext.Current.CancellationToken));
        Assert.False(await _files.RemoveAsync(Lab, added.Id, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("file-0000000000000000000000000000000\0")]
    [InlineData("\0")]
    public async Task Id_OfNoForm_IsNotThere(string id)
    {
        Assert.Null(await _files.FindAsync(Lab, id, TestContext.Current.CancellationToken));
        Assert.False(await _files.RemoveAsync(Lab, id, TestContext.Current.CancellationToken));
        Assert.Equal("after", (await Assert.ThrowsAsync<TenancyException>(() => _files.ListAsync(Lab, null, id, 9, true, TestContext.Current.CancellationToken))).Field);
    }

    [Fact]
    public async Task Files_OfATenant_HoldNoMoreThanTheBound()
    {
        await _files.AddAsync(Make(Lab, 60), 100, TestContext.Current.CancellationToken);
        await _files.AddAsync(Make(Other, 90), 100, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TenancyException>(() => _files.AddAsync(Make(Lab, 41), 100, TestContext.Current.CancellationToken));
        await _files.AddAsync(Make(Lab, 40), 100, TestContext.Current.CancellationToken);

        Assert.Equal(100, await _files.BytesAsync(Lab, TestContext.Current.CancellationToken));
        Assert.Equal(0, await _files.BytesAsync(Guid.NewGuid(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_OfAPurpose_HaveEachFileOnceInOrder(bool isDescending)
    {
        List<string> added = [];
        for (int i = 0; i < 9; i++)
        {
            StoredFile file = Make(Lab, 1);
            file.Purpose = i % 3 == 0 ? "batch_output" : "batch";
            await _files.AddAsync(file, Plenty, TestContext.Current.CancellationToken);
            await _files.AddAsync(Make(Other, 1), Plenty, TestContext.Current.CancellationToken);
            if (i % 3 != 0)
            {
                added.Add(file.Id);
            }
        }

        List<string> read = [];
        Page<StoredFile> page;
        do
        {
            page = await _files.ListAsync(Lab, "batch", read.LastOrDefault(), 2, isDescending, TestContext.Current.CancellationToken);
            read.AddRange(page.Items.Select(file => file.Id));
        }
        while (page.HasMore);

        Assert.Equal(isDescending ? Enumerable.Reverse(added) : added, read);
        await Assert.ThrowsAsync<TenancyException>(() => _files.ListAsync(Other, null, read[0], 2, isDescending, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_Expired_IsGoneForAllAndSweptUnlessABatchReadsIt()
    {
        StoredFile idle = Make(Lab, 1, TimeSpan.FromHours(1));
        StoredFile read = Make(Lab, 1, TimeSpan.FromHours(1));
        StoredFile later = Make(Lab, 1, TimeSpan.FromHours(2));
        StoredFile forever = Make(Lab, 1);
        foreach (StoredFile file in new[] { idle, read, later, forever })
        {
            await _files.AddAsync(file, Plenty, TestContext.Current.CancellationToken);
        }
        Batch batch = new() { Id = Batch.NewId(), TenantId = Lab, InputFileId = read.Id, OutputFileId = "out", ErrorFileId = "err" };
        Assert.True(await _batches.TryAddAsync(batch, 9, TestContext.Current.CancellationToken));
        TenancyException refusal = await Assert.ThrowsAsync<TenancyException>(() => _files.RemoveAsync(Lab, read.Id, TestContext.Current.CancellationToken));
        Assert.Contains(batch.Id, refusal.Message);

        _clock.Pass(TimeSpan.FromHours(1));

        Assert.Equal([forever.Id, later.Id], (await _files.ListAsync(Lab, null, null, 9, true, TestContext.Current.CancellationToken)).Items.Select(file => file.Id));
        Assert.Equal([idle.Id], await _files.SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            new[] { read.Id, later.Id, forever.Id, "out", "err" }.Order(), (await _files.ContentsAsync(TestContext.Current.CancellationToken)).Order());
        await _batches.ChangeAsync(batch.Id, End, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([read.Id], await _files.SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new[] { later.Id, forever.Id }.Order(), (await _files.ContentsAsync(TestContext.Current.CancellationToken)).Order());
    }

    [Fact]
    public async Task Files_OfADeletedTenant_AreSweptAndThoseOfASuspendedOneStay()
    {
        TenantDirectory directory = new(_clock);
        using TenantAdministration administration = new(_test.Database, directory, _clock);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Plan plan = await administration.CreatePlanAsync("test", new Plan(default, "small", PlanLimits.None, [], null, LaneRights.All, 1, null, 0), cancellation);
        List<StoredFile> files = [];
        foreach (TenantState state in new[] { TenantState.Active, TenantState.Suspended, TenantState.Deleted })
        {
            string name = state.ToString().ToLowerInvariant();
            Tenant tenant = await administration.CreateTenantAsync("test", new Tenant(default, name, name, "UTC", plan.Id, null, null, PlanLimits.None, TenantState.Active), cancellation);
            files.Add(Make(tenant.Id, 1));
            await _files.AddAsync(files[^1], Plenty, cancellation);
            await administration.UpdateTenantAsync("test", tenant with { State = state }, cancellation);
        }

        Assert.Equal([files[2].Id], await _files.SweepAsync(cancellation));
        Assert.Equal(files[..2].Select(file => file.Id).Order(), (await _files.ContentsAsync(cancellation)).Order());
    }

    private static bool End(Batch batch)
    {
        batch.State = BatchState.Cancelled;
        return true;
    }

    private StoredFile Make(Guid tenant, long bytes, TimeSpan? expiresAfter = null) => new()
    {
        Id = StoredFile.NewId(),
        TenantId = tenant,
        Name = "requests.jsonl",
        Purpose = "batch",
        Bytes = bytes,
        CreatedAt = _clock.Now,
        ExpiresAt = _clock.Now + expiresAfter,
    };
}

public sealed class SqliteFileBookTests() : FileBookTests(DatabaseKind.Sqlite);

public sealed class PostgresFileBookTests() : FileBookTests(DatabaseKind.Postgres);
