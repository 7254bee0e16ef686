using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Usages;

/// <summary>Reads which usage is asked for from a query string: <c>from</c>, <c>to</c> (ISO 8601) and <c>period</c> (hour, day, month).</summary>
internal static class UsageQueries
{
    /// <summary>The span of time; this month of UTC up to now where none is named.</summary>
    /// <exception cref="ApiException">An instant cannot be read, or the end is not after the beginning.</exception>
    public static UsageQuery Span(HttpRequest request, DateTimeOffset now)
    {
        DateTimeOffset to = Instant(request, "to") ?? now.AddSeconds(1);
        DateTimeOffset from = Instant(request, "from") ?? UsagePeriod.Month.StartOf(to);
        return from < to ? new UsageQuery(from, to) : throw ApiException.Invalid("from must be before to.", "from");
    }

    /// <exception cref="ApiException">The period is none.</exception>
    public static UsagePeriod Period(HttpRequest request) => request.Query["period"].ToString() switch
    {
        "" or "day" => UsagePeriod.Day,
        "hour" => UsagePeriod.Hour,
        "month" => UsagePeriod.Month,
        _ => throw ApiException.Invalid("period must be hour, day or month.", "period"),
    };

    private static DateTimeOffset? Instant(HttpRequest request, string name)
    {
        string text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset instant)
            ? instant
            : throw ApiException.Invalid($"{name} must be an instant in ISO 8601, for instance 2026-11-24T00:00:00Z.", name);
    }
}
