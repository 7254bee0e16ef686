using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Benchmarks.Charts;

/// <summary>The README's chart is drawn from the measurements beside it; <c>TOKENFACTORY_WRITE_DOCS=1</c> draws it anew.</summary>
public sealed class PeerChartTests
{
    [Fact]
    public void Chart_InTheDocuments_IsDrawnFromTheFiguresBesideIt()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "docs", "performance");
        string chart = Path.Combine(folder, "cpu.svg");
        string drawn = PeerChart.Draw(PeerFigures.ReadFolder(folder));
        if (Environment.GetEnvironmentVariable("TOKENFACTORY_WRITE_DOCS") == "1")
        {
            File.WriteAllText(chart, drawn);
        }
        Assert.Equal(File.ReadAllText(chart), drawn);
    }

    [Fact]
    public void Draw_OfTwoMeasurements_HasABarAndAFigureForEachRatio()
    {
        string drawn = PeerChart.Draw([new("small", "int4", [("prompt of 512", 2), ("1 sequence", 1.25)]), new("small", "int8", [("1 sequence", 0.5)])]);

        Assert.Contains("""width="210" """, drawn, StringComparison.Ordinal);
        Assert.Contains(">1.25<", drawn, StringComparison.Ordinal);
        Assert.Contains(">0.50<", drawn, StringComparison.Ordinal);
        Assert.Equal(3 + 2, drawn.Split("<rect").Length - 1);
    }
}
