using System.Globalization;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Prices;

/// <summary>The price table, on each database.</summary>
public abstract class PriceBookTests(DatabaseKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);
    private static readonly ModelPrice Demo = new(default, "demo", Noon, "EUR", 0.123456m, 0.01m, 999_999.999999m);

    private TestDatabase _test = null!;
    private PriceBook _prices = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _prices = new PriceBook(_test.Database, new WallClock(Noon));
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Price_Added_ReadsBackToTheLastDigitAndStandsInTheAudit()
    {
        ModelPrice added = await _prices.AddAsync("ada", Demo, TestContext.Current.CancellationToken);

        ModelPrice read = Assert.Single((await _prices.ReadAsync(TestContext.Current.CancellationToken)).Prices);
        Assert.Equal(Demo with { Id = added.Id }, read);
        await _prices.RemoveAsync("bob", added.Id, TestContext.Current.CancellationToken);
        Assert.Empty((await _prices.ReadAsync(TestContext.Current.CancellationToken)).Prices);
        IReadOnlyList<AuditEntry> audit = await new AuditTrail(_test.Database, new WallClock(Noon)).ReadAsync(10, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([("bob", "price.remove"), ("ada", "price.add")], audit.Select(entry => (entry.Actor, entry.Action)));
        Assert.Contains("999999.999999", audit[1].After);
    }

    [Fact]
    public async Task Price_OfTheSameHourTwice_IsRefused()
    {
        await _prices.AddAsync("ada", Demo, TestContext.Current.CancellationToken);

        TenancyException refusal = await Assert.ThrowsAsync<TenancyException>(() => _prices.AddAsync("ada", Demo, TestContext.Current.CancellationToken));

        Assert.Equal((TenancyProblem.Conflict, "valid_from"), (refusal.Problem, refusal.Field));
        await _prices.AddAsync("ada", Demo with { Model = ModelPrice.Any }, TestContext.Current.CancellationToken);
        await _prices.AddAsync("ada", Demo with { ValidFrom = Noon.AddHours(1) }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Price_BadFields_AreRefusedByField()
    {
        Assert.Equal("model", await FieldAsync(Demo with { Model = " " }));
        Assert.Equal("currency", await FieldAsync(Demo with { Currency = "euro" }));
        Assert.Equal("currency", await FieldAsync(Demo with { Currency = "EUR\n" }));
        Assert.Equal("valid_from", await FieldAsync(Demo with { ValidFrom = Noon.AddMinutes(1) }));
        Assert.Equal("prompt", await FieldAsync(Demo with { Prompt = -0.01m }));
        Assert.Equal("cached", await FieldAsync(Demo with { Cached = 0.1234567m }));
        Assert.Equal("generated", await FieldAsync(Demo with { Generated = 1_000_001m }));
        Assert.Equal(
            TenancyProblem.NotFound,
            (await Assert.ThrowsAsync<TenancyException>(() => _prices.RemoveAsync("ada", Guid.NewGuid(), TestContext.Current.CancellationToken))).Problem);
        Assert.Empty((await _prices.ReadAsync(TestContext.Current.CancellationToken)).Prices);
    }

    private async Task<string?> FieldAsync(ModelPrice price) =>
        (await Assert.ThrowsAsync<TenancyException>(() => _prices.AddAsync("ada", price, TestContext.Current.CancellationToken))).Field;
}

public sealed class SqlitePriceBookTests() : PriceBookTests(DatabaseKind.Sqlite);

public sealed class PostgresPriceBookTests() : PriceBookTests(DatabaseKind.Postgres);

public sealed class PriceTableTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    [Fact]
    public void Find_AtAnInstant_GivesTheModelsPriceThenOrTheOneOfAny()
    {
        PriceTable table = new([Of("*", 0, 1), Of("demo", 1, 2), Of("demo", 3, 3)]);

        Assert.Null(table.Find("demo", Noon.AddTicks(-1)));
        Assert.Equal(1, table.Find("demo", Noon)!.Prompt);
        Assert.Equal(2, table.Find("demo", Noon.AddHours(3).AddTicks(-1))!.Prompt);
        Assert.Equal(3, table.Find("demo", Noon.AddHours(3))!.Prompt);
        Assert.Equal(1, table.Find("other", Noon.AddHours(9))!.Prompt);
        Assert.Null(new PriceTable([]).Find("demo", Noon));
    }

    [Fact]
    public void Cost_OfManyTokens_IsExact()
    {
        ModelPrice price = new(default, "demo", Noon, "EUR", 0.1m, 0.000001m, 0.3m);

        Assert.Equal(0.00000066m + 0.000000000004m + 0.0000021m, price.CostOf(10, 4, 7) + 0.00000006m);
        Assert.Equal(100_000_000.0m, price.CostOf(1_000_000_000_000_000, 0, 0));
    }

    private static ModelPrice Of(string model, int hour, decimal prompt) => new(Guid.NewGuid(), model, Noon.AddHours(hour), "EUR", prompt, 0, 0);
}
