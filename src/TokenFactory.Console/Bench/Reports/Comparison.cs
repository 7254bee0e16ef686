using System.Globalization;
using System.Text.Json;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>Reports side by side: each figure of the first, and how many times as much each other has.</summary>
internal static class Comparison
{
    private const int NameWidth = 52;
    private const int ColumnWidth = 14;

    /// <summary>Reads a report that was written by <c>--json</c>.</summary>
    /// <exception cref="BenchException">It cannot be read, or is none.</exception>
    public static async Task<BenchReport> ReadAsync(string path)
    {
        try
        {
            await using FileStream file = File.OpenRead(path);
            BenchReport? report = await JsonSerializer.DeserializeAsync(file, BenchReportJson.Default.BenchReport);
            return report is { Version: BenchReport.CurrentVersion } known
                ? known
                : throw new BenchException($"{path} is a report of form {report?.Version}; this version reads form {BenchReport.CurrentVersion}. Measure anew.");
        }
        catch (JsonException wrong)
        {
            throw new BenchException($"{path} is no report of a measurement: {wrong.Message} Write one with --json FILE.", wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{unreadable.Message} Name reports with --compare FILE.", unreadable);
        }
    }

    /// <summary>Writes the table: a row for each figure that the first report and another have.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="reports">At least two, each with what it is called.</param>
    public static void Write(TextWriter output, IReadOnlyList<(string Name, BenchReport Report)> reports)
    {
        IReadOnlyList<ReportFigure> first = ReportFigure.Of(reports[0].Report);
        Dictionary<string, double>[] others = [.. reports.Skip(1).Select(other => ReportFigure.Of(other.Report).ToDictionary(figure => figure.Name, figure => figure.Value))];
        output.WriteLine();
        output.WriteLine($"Ratios are to {reports[0].Name}.");
        for (int i = 0; i < reports.Count; i++)
        {
            output.WriteLine($"  {(char)('A' + i)}  {reports[i].Name}: {ReportTable.TitleOf(reports[i].Report)}");
        }
        output.WriteLine();
        output.Write("".PadRight(NameWidth));
        output.Write("A".PadLeft(ColumnWidth));
        for (int i = 1; i < reports.Count; i++)
        {
            output.Write($"{(char)('A' + i)}".PadLeft(ColumnWidth));
            output.Write($"{(char)('A' + i)}/A".PadLeft(ColumnWidth));
        }
        output.WriteLine();
        foreach (ReportFigure figure in first.Where(figure => others.Any(other => other.ContainsKey(figure.Name))))
        {
            WriteRow(output, figure, others);
        }
    }

    private static void WriteRow(TextWriter output, ReportFigure figure, Dictionary<string, double>[] others)
    {
        output.Write((figure.Unit.Length == 0 ? figure.Name : $"{figure.Name} ({figure.Unit})").PadRight(NameWidth));
        output.Write(ReportFigure.Text(figure.Value).PadLeft(ColumnWidth));
        foreach (Dictionary<string, double> other in others)
        {
            bool has = other.TryGetValue(figure.Name, out double value);
            output.Write((has ? ReportFigure.Text(value) : "-").PadLeft(ColumnWidth));
            output.Write((has && figure.Value != 0 ? string.Create(CultureInfo.InvariantCulture, $"{value / figure.Value:0.00}×") : "-").PadLeft(ColumnWidth));
        }
        output.WriteLine();
    }
}
