using System.Globalization;
using TokenFactory.Web.Bench.Targets;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>A report as lines for a terminal.</summary>
internal sealed class ReportTable(TextWriter output)
{
    private const int NameWidth = 30;
    private const int ColumnWidth = 12;

    /// <summary>What was measured, in a line.</summary>
    public static string TitleOf(BenchReport report)
    {
        TargetFacts target = report.Target;
        string[] parts =
        [
            .. new[]
            {
                target.Precision,
                target.Url is null ? null : $"at {target.Url}",
                target.Device is null ? null : $"on {target.Device}",
            }.OfType<string>(),
        ];
        return $"{string.Join(' ', parts.Prepend(target.Model))}; {report.Workload.Name}, {report.Workload.Arrivals}";
    }

    public void Write(BenchReport report)
    {
        output.WriteLine(TitleOf(report));
        WriteSettings(report.Target);
        output.WriteLine();
        WriteRequests(report);
        WriteRates(report);
        WriteLatency(report.Latency);
        WriteGoodput(report.Goodput, report.Workload.Requests);
        if (report.Engine is { } engine)
        {
            WriteEngine(engine, report.Energy);
        }
        if (report.Bounds is { } bounds)
        {
            WriteBounds(bounds);
        }
        foreach (string note in report.Notes)
        {
            output.WriteLine($"  note: {note}");
        }
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private void WriteSettings(TargetFacts target)
    {
        string[] parts =
        [
            .. new (string Name, int? Value)[]
            {
                ("replicas", target.Replicas is > 1 ? target.Replicas : null), ("sequences", target.Sequences), ("tokens of context", target.Context),
                ("tokens a step", target.StepTokens), ("drafts a sequence", target.DraftTokens), ("threads", target.Threads),
            }.Where(part => part.Value is not null).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Value:N0} {part.Name}")),
        ];
        if (parts.Length > 0)
        {
            output.WriteLine($"{target.Runtime}: {string.Join(", ", parts)}");
        }
    }

    private void WriteRequests(BenchReport report)
    {
        RequestFigures requests = report.Requests;
        Row("requests answered", string.Create(CultureInfo.InvariantCulture, $"{requests.Answered:N0} of {report.Workload.Requests:N0}"), $"in {ReportFigure.Text(report.Seconds)} s");
        foreach (FailureCount failure in requests.Failures)
        {
            Row("  failed", string.Create(CultureInfo.InvariantCulture, $"{failure.Count:N0}"), failure.Reason);
        }
        if (requests.NotSent > 0)
        {
            Row("  not sent", string.Create(CultureInfo.InvariantCulture, $"{requests.NotSent:N0}"), "Nothing answered any more.");
        }
    }

    private void WriteRates(BenchReport report)
    {
        TokenFigures tokens = report.Tokens;
        string cached = tokens.Cached is > 0 ? string.Create(CultureInfo.InvariantCulture, $", {tokens.Cached:N0} from the cache") : "";
        Row("prompt tokens a second", ReportFigure.Text(tokens.PromptPerSecond), string.Create(CultureInfo.InvariantCulture, $"{tokens.Prompt:N0} in all{cached}"));
        Row("output tokens a second", ReportFigure.Text(tokens.OutputPerSecond), string.Create(CultureInfo.InvariantCulture, $"{tokens.Output:N0} in all"));
        Row("requests a second", ReportFigure.Text(tokens.RequestsPerSecond));
    }

    private void WriteLatency(LatencyFigures latency)
    {
        output.WriteLine();
        Columns("milliseconds", "mean", "p50", "p95", "p99", "most");
        Times("to the first token", latency.FirstToken);
        Times("between tokens", latency.BetweenTokens);
        Times("per output token", latency.PerOutputToken);
        Times("whole request", latency.Whole);
        Times("sent late", latency.SentLate);
        output.WriteLine();
    }

    private void WriteGoodput(GoodputFigures goodput, int requests)
    {
        Row(
            "within targets",
            Percent(goodput.Share),
            string.Create(CultureInfo.InvariantCulture, $"{goodput.Met:N0} of {requests:N0}: first token in {goodput.FirstTokenTarget:N0} ms, then {goodput.BetweenTokensTarget:N0} ms a token"));
        Row("  requests a second", ReportFigure.Text(goodput.RequestsPerSecond));
        Row("  output tokens a second", ReportFigure.Text(goodput.OutputTokensPerSecond));
    }

    private void WriteEngine(EngineFigures engine, EnergyFigures? energy)
    {
        Row("occupancy", Percent(engine.Occupancy), string.Create(CultureInfo.InvariantCulture, $"{engine.Rows:0.0} sequences a step, {engine.Steps:N0} steps, {engine.Preemptions:N0} preemptions"));
        Row("busy", Percent(engine.Busy));
        if (engine.Drafted > 0)
        {
            Row("drafts that were right", Percent((double)engine.Accepted / engine.Drafted), string.Create(CultureInfo.InvariantCulture, $"{engine.Accepted:N0} of {engine.Drafted:N0}"));
        }
        Row("KV memory in use", Percent(engine.KvMean), $"{Percent(engine.KvPeak)} at most");
        Row(
            "energy of an output token",
            energy is null ? "not measured" : $"{ReportFigure.Text(energy.JoulesPerOutputToken)} J",
            energy is null ? "no energy counter can be read" : $"{ReportFigure.Text(energy.Joules)} J in all");
    }

    private void WriteBounds(BoundFigures bounds)
    {
        if (bounds.Decode is { } decode)
        {
            Row(
                "decode, of the bandwidth",
                Percent(decode.Share),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"({decode.WeightBytes / 1e9:0.##} GB of weights + {decode.KvBytes / 1e9:0.##} GB of KV) / {decode.Seconds:0.##} s = {decode.GigabytesPerSecond:0.#} of {bounds.Machine.ReadGigabytesPerSecond:0.#} GB/s; {decode.Steps:N0} steps without prompt tokens"));
        }
        if (bounds.Prefill is { } prefill)
        {
            double bound = prefill.Rate == "int8" ? bounds.Machine.Int8GigaOperationsPerSecond!.Value : bounds.Machine.Fp32GigaOperationsPerSecond;
            Row(
                "prefill, of the arithmetic",
                Percent(prefill.Share),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"({prefill.ProductOperations / 1e9:N0} G of products + {prefill.AttentionOperations / 1e9:N0} G of attention) / {prefill.Seconds:0.##} s = {prefill.GigaOperationsPerSecond:N0} of {bound:N0} G operations/s in {prefill.Rate}; {prefill.Steps:N0} steps with prompt tokens"));
        }
    }

    private void Times(string name, Distribution? times)
    {
        if (times is not null)
        {
            Columns(name, ReportFigure.Text(times.Mean), ReportFigure.Text(times.P50), ReportFigure.Text(times.P95), ReportFigure.Text(times.P99), ReportFigure.Text(times.Most));
        }
    }

    private void Columns(string name, params ReadOnlySpan<string> values)
    {
        output.Write($"  {name}".PadRight(NameWidth));
        foreach (string value in values)
        {
            output.Write(value.PadLeft(ColumnWidth));
        }
        output.WriteLine();
    }

    private void Row(string name, string value, string words = "") => output.WriteLine($"{$"  {name}".PadRight(NameWidth)}{value.PadLeft(ColumnWidth)}  {words}".TrimEnd());
}
