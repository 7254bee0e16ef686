using Bunit;
using TokenFactory.Web.Components.Controls.Floor;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Controls;

public sealed class TimeChartTests : ConsoleContext
{
    private const long Last = 9999;

    [Fact]
    public void Render_Values_AreThePointsThemselves()
    {
        double[] generated = new double[RateSeries.Points];
        generated[^1] = 103.4;
        IRenderedComponent<TimeChart> chart = Draw(new RateSeries(generated, new double[RateSeries.Points], Last), null);

        Assert.EndsWith("L118,103.4", chart.Find("path.line-out").GetAttribute("d"));
        Assert.Equal("0 0 118 150", chart.Find("svg").GetAttribute("viewBox"));
        Assert.Equal(["150", "100", "50", "0"], chart.FindAll(".ticks span").Select(tick => tick.TextContent));
        Assert.Empty(chart.FindAll(".none"));
    }

    [Fact]
    public void Render_NoTokens_SaysSo() =>
        Assert.Equal("No tokens in the last ten minutes", Draw(Zero(), null).Find(".none").TextContent);

    [Fact]
    public void Render_GpuWithAGap_DrawsTokensPowerAndClockAndLeavesTheGap()
    {
        double[] power = Filled(400);
        power[50] = double.NaN;
        IRenderedComponent<TimeChart> chart = Draw(Zero(), new DeviceSeries(Filled(90), power, Filled(1755), Last));

        Assert.Equal(["tokens/s", "W", "MHz"], chart.FindAll(".strip").Select(strip => strip.GetAttribute("data-unit")));
        Assert.Contains("L49,400M51,400", chart.Find("path.line-power").GetAttribute("d"));
    }

    [Fact]
    public void Render_CpuWithoutEnergyCounters_DrawsUtilisationOnly() =>
        Assert.Equal(
            ["tokens/s", "%"],
            Draw(Zero(), new DeviceSeries(Filled(30), Filled(double.NaN), Filled(double.NaN), Last)).FindAll(".strip").Select(strip => strip.GetAttribute("data-unit")));

    [Fact]
    public void Render_Marks_StandWhereTheyHappened()
    {
        // The last point's middle is at 9997.5 s; 59 points are 295 s.
        TimeMark half = new(DateTimeOffset.UnixEpoch.AddSeconds(9997.5 - 295), "half way");
        TimeMark old = new(DateTimeOffset.UnixEpoch.AddSeconds(9000), "too old");
        TimeMark now = new(DateTimeOffset.UnixEpoch.AddSeconds(10_003), "just now");
        IRenderedComponent<TimeChart> chart = Draw(Zero(), null, half, old, now);

        Assert.Equal(
            [("half way", "left:50.00%"), ("just now", "left:100.00%")],
            chart.FindAll(".mark").Select(mark => (mark.GetAttribute("data-source")!, mark.GetAttribute("style")!)));
    }

    private IRenderedComponent<TimeChart> Draw(RateSeries rates, DeviceSeries? device, params TimeMark[] marks) => Render<TimeChart>(parameters => parameters
        .Add(p => p.Panels, TimePanel.Of(rates, device)).Add(p => p.LastSecond, Last).Add(p => p.Marks, marks));

    private static RateSeries Zero() => new(Filled(0), Filled(0), Last);

    private static double[] Filled(double value) => [.. Enumerable.Repeat(value, RateSeries.Points)];
}
