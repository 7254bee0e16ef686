using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Usages;

/// <summary>What usage is told apart by.</summary>
public enum UsageGrouping
{
    Tenant,
    Key,
    Model,
    Lane,
}

/// <summary>Which usage is shown and how it is cut; the page's address and the export's hold it.</summary>
/// <param name="From">First day, of UTC.</param>
/// <param name="To">Last day, of UTC.</param>
/// <param name="Period">How long each row's time is.</param>
/// <param name="Grouping">What rows of a period are told apart by.</param>
/// <param name="Tenant">One tenant's id, all zeros for the console's own; null: all.</param>
/// <param name="Key">One key's id; null: all.</param>
/// <param name="Model">One model; null: all.</param>
/// <param name="Lane">One lane; null: all.</param>
public sealed record UsageSelection(
    DateOnly From, DateOnly To, UsagePeriod Period = UsagePeriod.Day, UsageGrouping Grouping = UsageGrouping.Tenant,
    Guid? Tenant = null, Guid? Key = null, string? Model = null, string? Lane = null)
{
    private const string Date = "yyyy-MM-dd";
    private const int MostHourDays = 31;
    private const int MostDays = 3660;

    /// <summary>Why it cannot be shown, in words; null where it can.</summary>
    public string? Problem => this switch
    {
        _ when From > To => "The first day is after the last. Choose an earlier first day.",
        { Period: UsagePeriod.Hour } when To.DayNumber - From.DayNumber >= MostHourDays => $"Hours are shown of at most {MostHourDays} days. Choose days, or a shorter span.",
        _ when To.DayNumber - From.DayNumber >= MostDays => $"At most {MostDays} days are shown. Choose a shorter span.",
        _ => null,
    };

    /// <summary>The month of UTC that holds an instant, by day and tenant.</summary>
    public static UsageSelection Month(DateTimeOffset now)
    {
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        return new UsageSelection(new DateOnly(today.Year, today.Month, 1), today);
    }

    /// <summary>Reads it from a query string; what is absent or makes no sense is as in <see cref="Month"/>.</summary>
    public static UsageSelection FromQuery(string query, DateTimeOffset now)
    {
        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        UsageSelection usual = Month(now);
        return new UsageSelection(
            Day("from") ?? usual.From, Day("to") ?? usual.To, Parse<UsagePeriod>("period") ?? UsagePeriod.Day, Parse<UsageGrouping>("by") ?? UsageGrouping.Tenant,
            Id("tenant"), Id("key"), Text("model"), Text("lane"));

        string? Text(string name) => values.TryGetValue(name, out StringValues value) && !string.IsNullOrEmpty(value) ? (string?)value : null;

        DateOnly? Day(string name) => DateOnly.TryParseExact(Text(name), Date, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

        Guid? Id(string name) => Guid.TryParse(Text(name), out Guid id) ? id : null;

        T? Parse<T>(string name)
            where T : struct, Enum => Enum.TryParse(Text(name), ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : null;
    }

    public string ToQuery() => QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["from"] = From.ToString(Date, CultureInfo.InvariantCulture),
        ["to"] = To.ToString(Date, CultureInfo.InvariantCulture),
        ["period"] = Period.ToString().ToLowerInvariant(),
        ["by"] = Grouping.ToString().ToLowerInvariant(),
        ["tenant"] = Tenant?.ToString(),
        ["key"] = Key?.ToString(),
        ["model"] = Model,
        ["lane"] = Lane,
    }.Where(pair => pair.Value is not null));

    /// <summary>The ledger's question.</summary>
    public UsageQuery ToLedger() => new(Midnight(From), To == DateOnly.MaxValue ? DateTimeOffset.MaxValue : Midnight(To.AddDays(1)), Tenant, Key, Model, Lane);

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
