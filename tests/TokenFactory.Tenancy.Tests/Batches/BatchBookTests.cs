using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Files;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Tests.Databases;
using TokenFactory.Tenancy.Tests.Ledger;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Batches;

/// <summary>The batches, on each database.</summary>
public abstract class BatchBookTests(DatabaseKind kind) : IAsyncLifetime
{
    private static readonly Guid Lab = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    private readonly WallClock _clock = new(Noon);
    private TestDatabase _test = null!;
    private FileBook _files = null!;
    private BatchBook _batches = null!;
    private string _input = "";

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _files = new FileBook(_test.Database, _clock);
        _batches = new BatchBook(_test.Database);
        _input = (await AddFileAsync(Lab)).Id;
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
    public async Task Batch_Added_ReadsBackForItsTenantOnly()
    {
        Batch added = Make();
        (added.Metadata, added.Errors, added.OutputSeconds, added.InProgressAt) = ("""{"a":"b"}""", "[]", 3600, Noon);
        Assert.True(await _batches.TryAddAsync(added, 1, TestContext.Current.CancellationToken));

        Assert.Equivalent(added, await _batches.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken), strict: true);
        Assert.Null(await _batches.FindAsync(Other, added.Id, TestContext.Current.CancellationToken));
        Assert.Empty((await _batches.ListAsync(Other, null, 9, TestContext.Current.CancellationToken)).Items);
        await Assert.ThrowsAsync<TenancyException>(() => _batches.ListAsync(Other, added.Id, 9, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("batch_0000000000000000000000000000000\0")]
    [InlineData("\0")]
    public async Task Id_OfNoForm_IsNotThere(string id)
    {
        Assert.Null(await _batches.FindAsync(Lab, id, TestContext.Current.CancellationToken));
        Assert.Equal("after", (await Assert.ThrowsAsync<TenancyException>(() => _batches.ListAsync(Lab, id, 9, TestContext.Current.CancellationToken))).Field);
    }

    [Fact]
    public async Task Batch_OfAnothersFile_IsRefused()
    {
        Batch batch = Make();
        batch.InputFileId = (await AddFileAsync(Other)).Id;

        Assert.Equal("input_file_id", (await Assert.ThrowsAsync<TenancyException>(() => _batches.TryAddAsync(batch, 9, TestContext.Current.CancellationToken))).Field);
    }

    [Fact]
    public async Task Batches_ThatHaveNotEnded_AreBoundedAndListed()
    {
        Batch[] batches = [Make(), Make(), Make()];
        Assert.True(await _batches.TryAddAsync(batches[0], 2, TestContext.Current.CancellationToken));
        Assert.True(await _batches.TryAddAsync(batches[1], 2, TestContext.Current.CancellationToken));
        Assert.False(await _batches.TryAddAsync(batches[2], 2, TestContext.Current.CancellationToken));

        await _batches.ChangeAsync(batches[0].Id, batch => Put(batch, BatchState.Expired), cancellation: TestContext.Current.CancellationToken);
        Assert.True(await _batches.TryAddAsync(batches[2], 2, TestContext.Current.CancellationToken));

        Assert.Equal([batches[1].Id, batches[2].Id], (await _batches.ListOpenAsync(TestContext.Current.CancellationToken)).Select(batch => batch.Id));
        Page<Batch> page = await _batches.ListAsync(Lab, null, 2, TestContext.Current.CancellationToken);
        Assert.Equal([batches[2].Id, batches[1].Id], page.Items.Select(batch => batch.Id));
        Assert.True(page.HasMore);
        page = await _batches.ListAsync(Lab, batches[1].Id, 2, TestContext.Current.CancellationToken);
        Assert.Equal([batches[0].Id], page.Items.Select(batch => batch.Id));
        Assert.False(page.HasMore);
    }

    [Fact]
    public async Task Changes_AtOnce_ComeOneAfterAnother()
    {
        Batch added = Make();
        await _batches.TryAddAsync(added, 9, TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _batches.ChangeAsync(added.Id, batch => ++batch.Total > 0, cancellation: TestContext.Current.CancellationToken)));

        Assert.Equal(20, (await _batches.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken))!.Total);
        Batch unchanged = await _batches.ChangeAsync(added.Id, batch => ++batch.Total < 0, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((21, 20), (unchanged.Total, (await _batches.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken))!.Total));
    }

    [Fact]
    public async Task End_WithFiles_IsThereWithThemOrNotAtAll()
    {
        Batch added = Make();
        await _batches.TryAddAsync(added, 9, TestContext.Current.CancellationToken);
        StoredFile taken = await AddFileAsync(Lab);

        await Assert.ThrowsAsync<DbUpdateException>(() => _batches.ChangeAsync(
            added.Id, batch => Put(batch, BatchState.Completed), [NewFile(Lab), new StoredFile { Id = taken.Id, TenantId = Lab }], TestContext.Current.CancellationToken));
        Assert.Equal(BatchState.Validating, (await _batches.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken))!.State);
        Assert.Equal(2, (await _files.ListAsync(Lab, null, null, 9, true, TestContext.Current.CancellationToken)).Items.Count);

        StoredFile output = NewFile(Lab);
        await _batches.ChangeAsync(added.Id, batch => Put(batch, BatchState.Completed), [output], TestContext.Current.CancellationToken);
        Assert.Equal(BatchState.Completed, (await _batches.FindAsync(Lab, added.Id, TestContext.Current.CancellationToken))!.State);
        Assert.NotNull(await _files.FindAsync(Lab, output.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Checkpoint_OfALine_IsDroppedAndThatOfARequestCounts()
    {
        Batch batch = Make();
        await using (LedgerWriter died = NewWriter())
        {
            died.Track(new Running { Now = Records.Of(batch.LineId(7), Noon) });
            died.Track(new Running { Now = Records.Of("chatcmpl-1", Noon) });
            Assert.True(await died.FlushAsync(withCheckpoints: true), died.Problem);
        }

        await using LedgerWriter next = NewWriter();
        Assert.Equal(1, await next.RecoverAsync(TestContext.Current.CancellationToken));

        // Computed again, under the same key, to its end; and once more, because the process died before the answer was written.
        next.Record(new Running(), Records.Of(batch.LineId(7), Noon, generated: 99));
        next.Record(new Running(), Records.Of(batch.LineId(7), Noon, generated: 98));
        Assert.True(await next.FlushAsync(), next.Problem);
        await using TenancyDbContext context = _test.Database.Open();
        Assert.Equal(
            [(batch.LineId(7), 99L), ("chatcmpl-1", 7L)],
            (await context.Usage.OrderBy(row => row.IdempotencyKey).Select(row => new { row.IdempotencyKey, row.GeneratedTokens }).ToListAsync(TestContext.Current.CancellationToken))
                .Select(row => (row.IdempotencyKey, row.GeneratedTokens)));
        Assert.Empty(await context.Checkpoints.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void LineId_OfAnyNumber_HasOneLength()
    {
        Batch batch = Make();

        Assert.Equal($"{Batch.LinePrefix}{batch.Id["batch_".Length..]}0000c350", batch.LineId(50_000));
        Assert.Equal(batch.LineId(1).Length, batch.LineId(int.MaxValue).Length);
    }

    private LedgerWriter NewWriter() => new(_test.Database, new LedgerOptions(), _clock);

    private Batch Make() => new()
    {
        Id = Batch.NewId(),
        TenantId = Lab,
        KeyId = Guid.NewGuid(),
        Endpoint = "/v1/completions",
        InputFileId = _input,
        OutputFileId = StoredFile.NewId(),
        ErrorFileId = StoredFile.NewId(),
        CreatedAt = Noon,
        ExpiresAt = Noon.AddDays(1),
    };

    private static bool Put(Batch batch, BatchState state)
    {
        batch.State = state;
        return true;
    }

    private async Task<StoredFile> AddFileAsync(Guid tenant)
    {
        StoredFile file = NewFile(tenant);
        await _files.AddAsync(file, long.MaxValue, TestContext.Current.CancellationToken);
        return file;
    }

    private static StoredFile NewFile(Guid tenant) => new() { Id = StoredFile.NewId(), TenantId = tenant, Name = "f", Purpose = "batch", CreatedAt = Noon };
}

public sealed class SqliteBatchBookTests() : BatchBookTests(DatabaseKind.Sqlite);

public sealed class PostgresBatchBookTests() : BatchBookTests(DatabaseKind.Postgres);
