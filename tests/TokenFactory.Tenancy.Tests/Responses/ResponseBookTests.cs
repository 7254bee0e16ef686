using System.Globalization;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Responses;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Responses;

/// <summary>The responses, on each database.</summary>
public abstract class ResponseBookTests(DatabaseKind kind) : IAsyncLifetime
{
    private const long Plenty = 1_000_000;

    private static readonly Guid Lab = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    private readonly WallClock _clock = new(Noon);
    private TestDatabase _test = null!;
    private ResponseBook _book = null!;
    private int _made;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _book = new ResponseBook(_test.Database, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            _book.Dispose();
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Response_Added_ReadsBackForItsTenantOnly()
    {
        StoredResponse added = await AddAsync(Lab, previous: "resp_before");

        Assert.Equivalent(added, await _book.FindAsync(Lab, added.Id, Cancellation), strict: true);
        Assert.Null(await _book.FindAsync(Other, added.Id, Cancellation));
        Assert.False(await _book.RemoveAsync(Other, added.Id, Cancellation));
        Assert.True(await _book.RemoveAsync(Lab, added.Id, Cancellation));
        Assert.False(await _book.RemoveAsync(Lab, added.Id, Cancellation));
        Assert.Null(await _book.FindAsync(Lab, added.Id, Cancellation));
    }

    [Theory]
    [InlineData("resp_0000000000000000000000000000000\0")]
    [InlineData("\0")]
    [InlineData("")]
    public async Task Id_OfNoForm_IsNotThere(string id)
    {
        Assert.Null(await _book.FindAsync(Lab, id, Cancellation));
        Assert.False(await _book.RemoveAsync(Lab, id, Cancellation));
    }

    [Fact]
    public async Task End_Open_ChangesItOnce()
    {
        StoredResponse open = await AddAsync(Lab, isOpen: true);
        await AddAsync(Lab);
        Assert.Equal([open.Id], await _book.ListOpenAsync(Cancellation));

        await _book.EndAsync(open.Id, body => body + "+", Cancellation);
        await _book.EndAsync(open.Id, body => body + "+", Cancellation);
        await _book.EndAsync("resp_none", body => body, Cancellation);

        StoredResponse ended = (await _book.FindAsync(Lab, open.Id, Cancellation))!;
        Assert.Equal((open.Body + "+", false, open.Length + 1), (ended.Body, ended.IsOpen, ended.Length));
        Assert.Empty(await _book.ListOpenAsync(Cancellation));
    }

    [Fact]
    public async Task Sweep_Expired_RemovesThemSaveOpenOnes()
    {
        StoredResponse[] added = [await AddAsync(Lab), await AddAsync(Lab, isOpen: true), await AddAsync(Lab, days: 2)];

        _clock.Now = Noon.AddDays(1);
        Assert.Null(await _book.FindAsync(Lab, added[0].Id, Cancellation));
        await _book.SweepAsync(Plenty, Cancellation);

        _clock.Now = Noon;
        Assert.Equal("gone there there", await AreThereAsync(added));
    }

    [Fact]
    public async Task Sweep_TenantBeyondItsRoom_RemovesTheOldest()
    {
        StoredResponse[] added = [await AddAsync(Lab, isOpen: true), await AddAsync(Lab), await AddAsync(Other), await AddAsync(Lab), await AddAsync(Lab)];

        await _book.SweepAsync(4 * added[0].Length, Cancellation);
        Assert.Equal("there there there there there", await AreThereAsync(added));
        await _book.SweepAsync((2 * added[0].Length) + 1, Cancellation);
        Assert.Equal("there gone there there there", await AreThereAsync(added));
    }

    [Fact]
    public async Task Sweep_DeletedTenant_RemovesItsResponses()
    {
        TenantDirectory directory = new(_clock);
        using TenantAdministration administration = new(_test.Database, directory, _clock);
        Plan plan = await administration.CreatePlanAsync("test", new Plan(default, "small", PlanLimits.None, [], null, LaneRights.All, 1, null, 0), Cancellation);
        List<StoredResponse> added = [];
        foreach (TenantState state in new[] { TenantState.Active, TenantState.Suspended, TenantState.Deleted })
        {
            string name = state.ToString().ToLowerInvariant();
            Tenant tenant = await administration.CreateTenantAsync("test", new Tenant(default, name, name, "UTC", plan.Id, null, null, PlanLimits.None, TenantState.Active), Cancellation);
            added.Add(await AddAsync(tenant.Id));
            await administration.UpdateTenantAsync("test", tenant with { State = state }, Cancellation);
        }

        await _book.SweepAsync(Plenty, Cancellation);

        Assert.Equal("there there gone", await AreThereAsync([.. added]));
    }

    private async Task<string> AreThereAsync(StoredResponse[] added)
    {
        List<string> there = [];
        foreach (StoredResponse response in added)
        {
            there.Add(await _book.FindAsync(response.TenantId, response.Id, Cancellation) is null ? "gone" : "there");
        }
        return string.Join(' ', there);
    }

    private async Task<StoredResponse> AddAsync(Guid tenant, bool isOpen = false, int days = 1, string? previous = null)
    {
        StoredResponse response = new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"resp_{++_made:x32}"),
            TenantId = tenant,
            PreviousId = previous,
            Input = "[\"ü\\u0000\"]",
            Body = "{}",
            IsOpen = isOpen,
            CreatedAt = Noon,
            ExpiresAt = Noon.AddDays(days),
        };
        await _book.AddAsync(response, Cancellation);
        return response;
    }
}

public sealed class SqliteResponseBookTests() : ResponseBookTests(DatabaseKind.Sqlite);

public sealed class PostgresResponseBookTests() : ResponseBookTests(DatabaseKind.Postgres);
