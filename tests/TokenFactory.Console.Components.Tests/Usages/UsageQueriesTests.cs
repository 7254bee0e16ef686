using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Web.Tests.Setup;
using TokenFactory.Web.Usages;
using TokenFactory.Web.Usages.Exports;
using TokenFactory.Web.Usages.Sums;
using Xunit;

namespace TokenFactory.Web.Tests.Usages;

public sealed class UsageQueriesTests : ConsoleContext
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-20T12:00:00Z", CultureInfo.InvariantCulture);
    private static readonly UsageSelection November = new(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 20));

    [Theory]
    [InlineData(UsagePeriod.Hour, UsageGrouping.Tenant)]
    [InlineData(UsagePeriod.Day, UsageGrouping.Key)]
    [InlineData(UsagePeriod.Day, UsageGrouping.Model)]
    [InlineData(UsagePeriod.Month, UsageGrouping.Lane)]
    public async Task Lines_OfAnyCut_AgreeWithTheRows(UsagePeriod period, UsageGrouping grouping)
    {
        string[] models = ["demo", "other"];
        string[] lanes = ["interactive", "batch", "agentic"];
        UsageRecord[] rows =
        [
            .. Enumerable.Range(0, 60).Select(i => LedgerRows.Of(
                $"r{i}", Noon.AddHours(-7 * i), models[i % 2], lanes[i % 3], i % 4 == 0 ? i : null, Guid.Parse($"00000000-0000-0000-0000-00000000000{i % 5}"))),
        ];
        await WriteLedgerAsync(rows);

        UsageTable table = await ReadAsync(November with { From = new DateOnly(2026, 11, 3), Period = period, Grouping = grouping });

        IEnumerable<UsageRecord> inSpan = rows.Where(row => row.EndedAt >= new DateTimeOffset(2026, 11, 3, 0, 0, 0, TimeSpan.Zero));
        Dictionary<(DateTimeOffset, string), (int, long, double?)> expected = inSpan
            .GroupBy(row => (period.StartOf(row.EndedAt), GroupOf(row, grouping)))
            .ToDictionary(group => group.Key, group => (group.Count(), group.Sum(row => row.TotalTokens), group.Sum(row => row.Joules ?? 0) is > 0 and double joules ? joules : (double?)null));
        Assert.Equal(expected, table.Lines.ToDictionary(line => (line.Start, line.Group), line => ((int)line.Figures.Requests, line.Figures.Tokens, line.Figures.Joules)));
        Assert.Equal(inSpan.Count(), table.Total.Requests);
        Assert.Equal(table.Total.Tokens, table.Groups.Sum(group => group.Figures.Tokens));
        Assert.Equal(table.Total.Tokens, table.Periods.Sum(one => one.Figures.Tokens));
    }

    [Fact]
    public async Task Cost_AcrossAPriceChange_TakesEachHoursPrice()
    {
        await PriceAsync("demo", Noon.AddHours(-1), 1m);
        await PriceAsync("demo", Noon, 2m);
        await WriteLedgerAsync(LedgerRows.Of("a", Noon.AddTicks(-1)), LedgerRows.Of("b", Noon), LedgerRows.Of("c", Noon.AddHours(-2)), LedgerRows.Of("d", Noon, "other"));

        Cost cost = (await ReadAsync(November)).Total.Cost;

        // 6 computed prompt tokens at the price, 4 cached at a tenth, 7 generated at thrice.
        Assert.Equal(((6 * 1m) + (4 * .1m) + (7 * 3m) + (6 * 2m) + (4 * .2m) + (7 * 6m)) / 1_000_000, cost.Amounts["EUR"]);
        Assert.Equal(2, cost.Unpriced);
        Assert.Equal("< 0.0001 EUR, 2 without a price", $"{cost}");
        await PriceAsync(ModelPrice.Any, Noon.AddDays(-9), 5m);
        Assert.Equal(0, (await ReadAsync(November)).Total.Cost.Unpriced);
    }

    [Fact]
    public async Task Usage_WithoutPriceAndMeter_HasNeitherCostNorEnergy()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", Noon));

        UsageTable table = await ReadAsync(November);

        Assert.Null(table.Total.Joules);
        Assert.Equal("no price", $"{table.Total.Cost}");
        Assert.Equal("–", $"{Cost.None}");
    }

    [Fact]
    public async Task Filters_All_HoldTogether()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", Noon), LedgerRows.Of("b", Noon, "other"), LedgerRows.Of("c", Noon, lane: "batch"), LedgerRows.Of("d", Noon.AddDays(1)));

        Assert.Equal(1, (await ReadAsync(November with { Model = "demo", Lane = "interactive", Tenant = LedgerRows.Tenant, Key = LedgerRows.Key })).Total.Requests);
        Assert.Equal(0, (await ReadAsync(November with { Tenant = Guid.Empty })).Total.Requests);
        Assert.Equal(3, (await ReadAsync(November)).Total.Requests);
    }

    [Fact]
    public async Task Sheet_AsCsvAndJsonLines_HoldsWhatIsShownToTheLastDigit()
    {
        await PriceAsync("demo", Noon.AddHours(-1), 1m);
        await WriteLedgerAsync(LedgerRows.Of("a", Noon), LedgerRows.Of("b", Noon, "=cmd()", joules: 2.5));
        UsageTable table = await ReadAsync(November with { Grouping = UsageGrouping.Model });

        string csv = await WriteAsync(to => UsageSheet.WriteCsvAsync(to, table, TestContext.Current.CancellationToken));
        string json = await WriteAsync(to => UsageSheet.WriteJsonLinesAsync(to, table, TestContext.Current.CancellationToken));

        string[] lines = csv.Split("\r\n");
        Assert.Equal("start,by,id,name,requests,prompt_tokens,cached_tokens,generated_tokens,joules,cost_EUR,requests_without_price", lines[0]);
        Assert.Contains("2026-11-20T00:00:00Z,model,demo,demo,1,10,4,7,,0.0000274,0", lines);
        Assert.DoesNotContain(lines, line => line.Contains(",=cmd", StringComparison.Ordinal));
        JsonElement demo = json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).Single(line => line.GetProperty("id").GetString() == "demo");
        Assert.Equal(0.0000274m, demo.GetProperty("cost").GetProperty("EUR").GetDecimal());
        Assert.Equal(JsonValueKind.Null, demo.GetProperty("joules").ValueKind);
    }

    private static string GroupOf(UsageRecord row, UsageGrouping grouping) => grouping switch
    {
        UsageGrouping.Tenant => $"{row.TenantId}",
        UsageGrouping.Key => $"{row.KeyId}",
        UsageGrouping.Model => row.Model,
        _ => row.Lane,
    };

    private static async Task<string> WriteAsync(Func<Stream, Task> write)
    {
        using MemoryStream to = new();
        await write(to);
        return Encoding.UTF8.GetString(to.ToArray());
    }

    private Task<UsageTable> ReadAsync(UsageSelection selection) => Services.GetRequiredService<UsageQueries>().ReadAsync(selection, TestContext.Current.CancellationToken);

    private Task PriceAsync(string model, DateTimeOffset from, decimal price) => Services.GetRequiredService<PriceBook>().AddAsync(
        "test", new ModelPrice(default, model, from, "EUR", price, price / 10, price * 3), TestContext.Current.CancellationToken);
}
