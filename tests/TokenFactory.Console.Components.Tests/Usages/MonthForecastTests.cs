using System.Globalization;
using TokenFactory.Web.Usages.Forecasts;
using Xunit;

namespace TokenFactory.Web.Tests.Usages;

public sealed class MonthForecastTests
{
    /// <summary>A Tuesday at noon, with six days of November left.</summary>
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);
    private static readonly DateOnly Today = new(2026, 11, 24);

    [Fact]
    public void Forecast_OfSevenWholeDays_IsTheirMeanForWhatIsLeft()
    {
        MonthForecast forecast = new(Noon, Today.AddDays(-8));

        // A mean of 70 over 7 days: half of today and six days more.
        decimal? whole = forecast.Of(1000, day => day < Today.AddDays(-7) ? 999 : day == Today.AddDays(-1) ? 490 : 0);

        Assert.Equal(1000 + (70 * 6.5m), whole);
        Assert.Contains("last 7 whole days", forecast.Method);
    }

    [Fact]
    public void Forecast_OfTwoWeeks_IsByWeekday()
    {
        MonthForecast forecast = new(Noon, Today.AddDays(-15));

        // Tuesdays 10 and 30; all else idle but Sundays with 100 each: half of today's Tuesday, the Sunday to come, nothing on other days.
        decimal? whole = forecast.Of(5, day => day == Today.AddDays(-7) ? 10 : day == Today.AddDays(-14) ? 30 : day.DayOfWeek == DayOfWeek.Sunday ? 100 : 0);

        Assert.Equal(5 + 10 + 100, whole);
        Assert.Contains("weekday", forecast.Method);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-7)]
    public void Forecast_OfFewerDays_SaysSo(int? firstDay)
    {
        MonthForecast forecast = new(Noon, firstDay is { } days ? Today.AddDays(days) : null);

        Assert.Null(forecast.Of(10, _ => 1));
        Assert.StartsWith("Too little data", forecast.Method, StringComparison.Ordinal);
    }

    [Fact]
    public void Forecast_OnTheLastDay_EndsWithTheMonth() =>
        Assert.Equal(100 + 5m, new MonthForecast(new DateTimeOffset(2026, 12, 31, 12, 0, 0, TimeSpan.Zero), new DateOnly(2026, 12, 23)).Of(100, _ => 10));
}
