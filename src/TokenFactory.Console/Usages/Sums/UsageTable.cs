using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Usages.Sums;

/// <summary>Usage of a group in a period.</summary>
/// <param name="Start">When the period begins, in UTC.</param>
/// <param name="Group">What the group is known by in the ledger: an id, a model's or a lane's name.</param>
/// <param name="Name">The group's name for people.</param>
/// <param name="Figures">Its usage.</param>
public sealed record UsageLine(DateTimeOffset Start, string Group, string Name, UsageFigures Figures);

/// <summary>What a selection holds, added up from the ledger's hours.</summary>
/// <param name="Selection">The selection.</param>
/// <param name="Lines">A line for each period and group with usage, the newest period first, then the most tokens.</param>
/// <param name="Groups">Each group over the whole span, the most tokens first.</param>
/// <param name="Periods">Every period of the span up to now, oldest first, those without usage too.</param>
/// <param name="Total">Everything.</param>
public sealed record UsageTable(
    UsageSelection Selection, IReadOnlyList<UsageLine> Lines, IReadOnlyList<UsageLine> Groups, IReadOnlyList<(DateTimeOffset Start, UsageFigures Figures)> Periods,
    UsageFigures Total)
{
    /// <summary>All periods from one instant up to another.</summary>
    public static IEnumerable<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, UsagePeriod period)
    {
        for (DateTimeOffset start = period.StartOf(from); start < to; start = Next(start, period))
        {
            yield return start;
        }
    }

    private static DateTimeOffset Next(DateTimeOffset start, UsagePeriod period) => period switch
    {
        UsagePeriod.Hour => start.AddHours(1),
        UsagePeriod.Day => start.AddDays(1),
        _ => start.AddMonths(1),
    };
}
