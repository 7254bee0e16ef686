using TokenFactory.Web.Live.Floor;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class ChartScaleTests
{
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 1, 2)]
    [InlineData(4, 1, 4)]
    [InlineData(4.2, 2, 3)]
    [InlineData(103, 50, 3)]
    [InlineData(401, 200, 3)]
    [InlineData(20_000, 5_000, 4)]
    public void For_AValue_TakesTheTightestRoundAxis(double most, double step, int ticks) => Assert.Equal(new ChartScale(step, ticks), ChartScale.For(most));

    [Theory]
    [InlineData(999, 999)]
    [InlineData(1000, 999)]
    [InlineData(1003, 999)]
    [InlineData(1004, 1004)]
    public void AlignEnd_OfASecond_IsTheEndOfTheNewestWholePoint(long second, long end) => Assert.Equal(end, RateSeries.AlignEnd(second));
}
