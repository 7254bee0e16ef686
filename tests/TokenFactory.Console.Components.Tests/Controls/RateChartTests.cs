using Bunit;
using TokenFactory.Web.Components.Controls.Floor;
using TokenFactory.Web.Live.Floor;
using Xunit;

namespace TokenFactory.Web.Tests.Controls;

public sealed class RateChartTests : BunitContext
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1.2, 2)]
    [InlineData(3, 5)]
    [InlineData(99, 100)]
    [InlineData(101, 200)]
    [InlineData(501, 1000)]
    public void RoundUp_AnyRate_IsOneTwoOrFive(double value, double expected) => Assert.Equal(expected, RateChart.RoundUp(value));

    [Fact]
    public void Render_ASeries_DrawsItToScale()
    {
        int[] generated = [.. Enumerable.Repeat(0, 595), .. Enumerable.Repeat(100, 5)];
        IRenderedComponent<RateChart> chart = Render<RateChart>(parameters => parameters.Add(one => one.Series, new RateSeries(generated, new int[600])));

        string[] points = chart.Find(".line-out").GetAttribute("points")!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(120, points.Length);
        Assert.Equal("0,120.0", points[0]);
        Assert.Equal("600,0.0", points[^1]);
        Assert.Equal("100", chart.Find("svg").GetAttribute("data-top"));
        Assert.Contains("100", chart.Find(".top").TextContent);
    }
}
