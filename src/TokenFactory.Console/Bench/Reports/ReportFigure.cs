using System.Globalization;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>One number of a report, by the name under which reports are held against each other.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what; empty for a count.</param>
internal sealed record ReportFigure(string Name, double Value, string Unit)
{
    /// <summary>All numbers of a report that another report has too.</summary>
    public static IReadOnlyList<ReportFigure> Of(BenchReport report) =>
    [
        new("requests answered", report.Requests.Answered, ""),
        new("time of the run", report.Seconds, "s"),
        new("prompt tokens a second", report.Tokens.PromptPerSecond, "tokens/s"),
        new("output tokens a second", report.Tokens.OutputPerSecond, "tokens/s"),
        new("requests a second", report.Tokens.RequestsPerSecond, "1/s"),
        .. Quantiles("first token", report.Latency.FirstToken),
        .. Quantiles("between tokens", report.Latency.BetweenTokens),
        .. Quantiles("per output token", report.Latency.PerOutputToken),
        .. Quantiles("whole request", report.Latency.Whole),
        new("within targets", report.Goodput.Share, ""),
        new("within targets, requests a second", report.Goodput.RequestsPerSecond, "1/s"),
        new("within targets, output tokens a second", report.Goodput.OutputTokensPerSecond, "tokens/s"),
        .. OfEngine(report),
    ];

    /// <summary>A number with as many digits as anybody reads.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        var whole and < 1e15 when whole == Math.Floor(whole) => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("G2", CultureInfo.InvariantCulture),
    };

    private static IEnumerable<ReportFigure> Quantiles(string name, Distribution? values) => values is null
        ? []
        : [new($"{name}, p50", values.P50, "ms"), new($"{name}, p95", values.P95, "ms"), new($"{name}, p99", values.P99, "ms")];

    private static IEnumerable<ReportFigure> OfEngine(BenchReport report)
    {
        if (report.Engine is { } engine)
        {
            yield return new ReportFigure("occupancy", engine.Occupancy, "");
            yield return new ReportFigure("busy", engine.Busy, "");
            yield return new ReportFigure("KV memory, mean", engine.KvMean, "");
        }
        if (report.Energy is { } energy)
        {
            yield return new ReportFigure("energy of an output token", energy.JoulesPerOutputToken, "J");
        }
        if (report.Bounds?.Decode is { } decode)
        {
            yield return new ReportFigure("decode, share of the memory's bandwidth", decode.Share, "");
        }
        if (report.Bounds?.Prefill is { } prefill)
        {
            yield return new ReportFigure("prefill, share of the arithmetic's rate", prefill.Share, "");
        }
    }
}
