using System.Text.Json;
using TokenFactory.Web.Bench;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

public sealed class ComparisonTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-compare-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Report_WrittenAndRead_IsTheSame()
    {
        BenchReport report = Make(500);
        string file = await WriteAsync(report);

        BenchReport read = await Comparison.ReadAsync(file);

        Assert.Equal(JsonSerializer.Serialize(report, BenchReportJson.Default.BenchReport), JsonSerializer.Serialize(read, BenchReportJson.Default.BenchReport));
        Assert.Equal(report.Tokens, read.Tokens);
    }

    [Fact]
    public void Write_TwoReports_HasTheRatioOfEachFigureToTheFirst()
    {
        using StringWriter output = new();

        Comparison.Write(output, [("this run", Make(500)), ("old.json", Make(1000))]);

        string[] lines = output.ToString().Split('\n');
        Assert.Contains("Ratios are to this run.", lines);
        Assert.Matches(@"^output tokens a second \(tokens/s\) +4 +2 +0\.50×$", Assert.Single(lines, line => line.StartsWith("output tokens", StringComparison.Ordinal)));
        Assert.Matches(@"^first token, p50 \(ms\) +30 +30 +1\.00×$", Assert.Single(lines, line => line.StartsWith("first token, p50", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.StartsWith("occupancy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("not JSON", "is no report")]
    [InlineData("{}", "is no report")]
    public async Task Read_WhatIsNoReport_SaysHowToWriteOne(string text, string words)
    {
        string file = Path.Combine(_folder.FullName, "report.json");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        BenchException problem = await Assert.ThrowsAsync<BenchException>(() => Comparison.ReadAsync(file));

        Assert.Contains(words, problem.Message);
        Assert.Contains("--json FILE", problem.Message);
    }

    [Fact]
    public async Task Read_AnotherForm_IsRefused()
    {
        string file = await WriteAsync(Make(500) with { Version = 99 });

        Assert.Contains("form 99", (await Assert.ThrowsAsync<BenchException>(() => Comparison.ReadAsync(file))).Message);
    }

    private static BenchReport Make(long milliseconds)
    {
        HandMadeRun made = new HandMadeRun().Answered(0, 0, 30, 40);
        return new ReportMaker(made.Run(milliseconds, requests: 1), made).Make(
            new TargetFacts("http", "model", 100), new LatencyTargets(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), null, 0, 1, []);
    }

    private async Task<string> WriteAsync(BenchReport report)
    {
        string file = Path.Combine(_folder.FullName, "report.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, BenchReportJson.Default.BenchReport), TestContext.Current.CancellationToken);
        return file;
    }
}
