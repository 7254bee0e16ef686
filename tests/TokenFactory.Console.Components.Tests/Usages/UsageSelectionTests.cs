using System.Globalization;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Usages;
using Xunit;

namespace TokenFactory.Web.Tests.Usages;

public sealed class UsageSelectionTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    [Fact]
    public void Query_WrittenAndRead_IsTheSame()
    {
        UsageSelection selection = new(
            new DateOnly(2026, 1, 2), new DateOnly(2026, 2, 3), UsagePeriod.Hour, UsageGrouping.Lane, LedgerRows.Tenant, LedgerRows.Key, "a model/with & signs", "batch");

        Assert.Equal(selection, UsageSelection.FromQuery(selection.ToQuery(), Noon));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?from=yesterday&to=&period=7&by=colour&tenant=x&key=&model=&lane=")]
    public void Query_ThatMakesNoSense_IsThisMonth(string query) =>
        Assert.Equal(new UsageSelection(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 24)), UsageSelection.FromQuery(query, Noon));

    [Theory]
    [InlineData("?from=2026-11-02&to=2026-11-01", "first day")]
    [InlineData("?from=2026-01-01&to=2026-02-01&period=hour", "31 days")]
    [InlineData("?from=0001-01-01&to=9999-12-31", "3660 days")]
    public void Span_ThatCannotBeShown_SaysWhy(string query, string words) => Assert.Contains(words, UsageSelection.FromQuery(query, Noon).Problem);

    [Fact]
    public void LastDay_IsWithinTheSpan() => Assert.Equal(
        (DateTimeOffset.Parse("2026-11-01T00:00:00Z", CultureInfo.InvariantCulture), DateTimeOffset.Parse("2026-11-25T00:00:00Z", CultureInfo.InvariantCulture)),
        (UsageSelection.Month(Noon).ToLedger().From, UsageSelection.Month(Noon).ToLedger().To));
}
