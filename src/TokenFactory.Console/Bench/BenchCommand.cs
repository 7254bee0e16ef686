using System.Text.Json;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Bench;

/// <summary>The command <c>bench</c>: measures, prints, writes and compares.</summary>
internal static class BenchCommand
{
    private const int NotWhole = 1;

    /// <summary>Does what the options ask for.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="build">Makes the host whose model is measured; it is not run.</param>
    /// <returns>0 where every request was answered whole, else 1.</returns>
    /// <exception cref="BenchException">Something cannot be read, loaded or reached.</exception>
    public static async Task<int> RunAsync(BenchOptions options, Func<WebApplication> build)
    {
        // What may be wrong with files shows before minutes are spent.
        List<(string, BenchReport)> reports = [];
        foreach (string file in options.Compare)
        {
            reports.Add((file, await Comparison.ReadAsync(file)));
        }
        if (reports.Count > 1 && !options.AsksForRun)
        {
            Comparison.Write(Console.Out, reports);
            return 0;
        }
        Workload workload = WorkloadMaker.Make(options);
        if (options.Json is not null)
        {
            RequireWritable(options.Json);
        }
        using ProgressBar bar = ProgressBar.OnTerminal();
        BenchReport report = options.Url is null ? await MeasureEngineAsync(options, workload, build, bar) : await MeasureServerAsync(options.Url, options, workload, bar);
        bar.Clear();
        new ReportTable(Console.Out).Write(report);
        if (options.Json is not null)
        {
            await using FileStream json = File.Create(options.Json);
            await JsonSerializer.SerializeAsync(json, report, BenchReportJson.Default.BenchReport);
        }
        if (reports.Count > 0)
        {
            Comparison.Write(Console.Out, [("this run", report), .. reports]);
        }
        return await JudgeAsync(report.Requests);
    }

    private static async Task<BenchReport> MeasureEngineAsync(BenchOptions options, Workload workload, Func<WebApplication> build, ProgressBar bar)
    {
        await using WebApplication app = build();
        app.Services.GetRequiredService<DataFolder>();
        await using BenchModel model = await BenchModel.LoadAsync(app.Services, options, bar.Say, CancellationToken.None);
        BoundMeasurement? bounds = BoundMeasurement.For(model, bar);
        BenchReport report = await BenchSession.RunAsync(model.Target, options, workload.Fit(model.Target.Facts.Context!.Value), bar);
        return bounds is null
            ? report with { Notes = [.. report.Notes, "What the device can do at most is not measured here: only the processor is."] }
            : report with { Bounds = bounds.Hold(model.Target.LastUse) };
    }

    private static async Task<BenchReport> MeasureServerAsync(Uri url, BenchOptions options, Workload workload, ProgressBar bar)
    {
        bar.Say($"Asking {url}");
        HttpTargetSettings settings = new(options.Model, options.Key, options.Lane?.ToString().ToLowerInvariant(), options.Prompts, options.Vocabulary);
        await using HttpTarget target = await HttpTarget.ConnectAsync(url, settings, TimeProvider.System, CancellationToken.None);
        return await BenchSession.RunAsync(target, options, (options.Context ?? target.Facts.Context) is { } context ? workload.Fit(context) : workload, bar);
    }

    /// <summary>Whether the report can be written is found out before there is one; what the file holds stays until then.</summary>
    private static void RequireWritable(string path)
    {
        try
        {
            File.Open(path, FileMode.Append).Dispose();
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{unwritable.Message} Name another file with --json FILE.", unwritable);
        }
    }

    private static async Task<int> JudgeAsync(RequestFigures requests)
    {
        if (requests.Failed + requests.NotSent == 0)
        {
            return 0;
        }
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"{requests.Failed} requests failed and {requests.NotSent} were not sent: {requests.Failures[0].Reason} The figures are of the {requests.Answered} that were answered."));
        return NotWhole;
    }
}
