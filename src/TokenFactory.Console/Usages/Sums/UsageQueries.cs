using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Web.Usages.Sums;

/// <summary>Adds usage up for people, from the ledger's sums by the hour: what is held at once grows with periods and groups, not with hours.</summary>
public sealed class UsageQueries(UsageReader reader, PriceBook prices, UsageNames names, TimeProvider clock)
{
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    /// <exception cref="ArgumentException">The selection has a problem.</exception>
    public async Task<UsageTable> ReadAsync(UsageSelection selection, CancellationToken cancellation = default)
    {
        if (selection.Problem is { } problem)
        {
            throw new ArgumentException(problem, nameof(selection));
        }
        PriceTable table = await prices.ReadAsync(cancellation);
        UsageQuery query = selection.ToLedger();
        Dictionary<(DateTimeOffset Start, string Group), UsageFigures> lines = [];
        await reader.FoldAsync(query, UsagePeriod.Hour, hour => Add(lines, (selection.Period.StartOf(hour.Start), GroupOf(hour, selection.Grouping)), UsageFigures.Of(hour, table)), cancellation);
        Dictionary<string, UsageFigures> groups = [];
        Dictionary<DateTimeOffset, UsageFigures> periods = [];
        UsageFigures total = UsageFigures.None;
        foreach (((DateTimeOffset start, string group), UsageFigures figures) in lines)
        {
            Add(groups, group, figures);
            Add(periods, start, figures);
            total = total.Plus(figures);
        }
        DateTimeOffset now = clock.GetUtcNow();
        return new UsageTable(
            selection,
            [
                .. lines.OrderByDescending(line => line.Key.Start).ThenByDescending(line => line.Value.Tokens).ThenBy(line => line.Key.Group, StringComparer.Ordinal)
                    .Select(line => new UsageLine(line.Key.Start, line.Key.Group, names.Of(line.Key.Group, selection.Grouping), line.Value)),
            ],
            [
                .. groups.OrderByDescending(group => group.Value.Tokens).ThenBy(group => group.Key, StringComparer.Ordinal)
                    .Select(group => new UsageLine(query.From, group.Key, names.Of(group.Key, selection.Grouping), group.Value)),
            ],
            [.. UsageTable.Between(query.From, query.To < now ? query.To : now, selection.Period).Select(start => (start, periods.GetValueOrDefault(start, UsageFigures.None)))],
            total);
    }

    private static string GroupOf(UsageSum sum, UsageGrouping grouping) => grouping switch
    {
        UsageGrouping.Tenant => $"{sum.TenantId}",
        UsageGrouping.Key => $"{sum.KeyId}",
        UsageGrouping.Model => sum.Model,
        _ => sum.Lane,
    };

    private static void Add<T>(Dictionary<T, UsageFigures> sums, T at, UsageFigures figures)
        where T : notnull => sums[at] = sums.TryGetValue(at, out UsageFigures? before) ? before.Plus(figures) : figures;
}
