using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Web.Usages.Sums;

namespace TokenFactory.Web.Usages.Forecasts;

/// <summary>The month of UTC so far, and what it is expected to come to.</summary>
/// <param name="Start">Its first day.</param>
/// <param name="Used">Used up to now.</param>
/// <param name="Requests">Requests expected in all; null where there is too little data.</param>
/// <param name="Tokens">Tokens expected in all; null where there is too little data.</param>
/// <param name="Cost">Cost expected in all; null where there is too little data.</param>
/// <param name="Method">How it is computed, or why it is not.</param>
public sealed record MonthUsage(DateOnly Start, UsageFigures Used, decimal? Requests, decimal? Tokens, Cost? Cost, string Method);

/// <summary>Reads the month that holds the present.</summary>
public sealed class MonthReader(UsageReader reader, PriceBook prices, TimeProvider clock)
{
    /// <param name="selection">Its filters hold; its span does not.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public async Task<MonthUsage> ReadAsync(UsageSelection selection, CancellationToken cancellation = default)
    {
        DateTimeOffset now = clock.GetUtcNow();
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        DateOnly month = new(today.Year, today.Month, 1);
        DateOnly earliest = MonthForecast.EarliestDay(today);
        UsageQuery query = (selection with { From = earliest < month ? earliest : month, To = today }).ToLedger();
        PriceTable table = await prices.ReadAsync(cancellation);
        Dictionary<DateOnly, UsageFigures> days = [];
        await reader.FoldAsync(query, UsagePeriod.Hour, hour =>
        {
            DateOnly day = DateOnly.FromDateTime(hour.Start.UtcDateTime);
            days[day] = days.GetValueOrDefault(day, UsageFigures.None).Plus(UsageFigures.Of(hour, table));
        }, cancellation);
        DateTimeOffset? first = await reader.FirstDayAsync(query, cancellation);
        MonthForecast forecast = new(now, first is { } start ? DateOnly.FromDateTime(start.UtcDateTime) : null);
        UsageFigures used = days.Where(day => day.Key >= month).Aggregate(UsageFigures.None, (sum, day) => sum.Plus(day.Value));
        return new MonthUsage(
            month,
            used,
            forecast.Of(used.Requests, day => Of(day).Requests),
            forecast.Of(used.Tokens, day => Of(day).Tokens),
            forecast.IsPossible ? CostOf(forecast, used, days.Values, Of) : null,
            forecast.Method);

        UsageFigures Of(DateOnly day) => days.GetValueOrDefault(day, UsageFigures.None);
    }

    /// <summary>Each currency by itself; requests without a price stay without one.</summary>
    private static Cost CostOf(MonthForecast forecast, UsageFigures used, IEnumerable<UsageFigures> days, Func<DateOnly, UsageFigures> ofDay) => days
        .SelectMany(day => day.Cost.Amounts.Keys).Distinct()
        .Select(currency => Cost.In(currency, forecast.Of(used.Cost.Amounts.GetValueOrDefault(currency), day => ofDay(day).Cost.Amounts.GetValueOrDefault(currency))!.Value))
        .Aggregate(used.Cost.WithoutAmounts(), (sum, cost) => sum.Plus(cost));
}
