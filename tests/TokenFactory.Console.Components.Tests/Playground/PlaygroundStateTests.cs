using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Parameters;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class PlaygroundStateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?mode=completion")]
    [InlineData("?model=a%2Fb%20c")]
    [InlineData("?mode=completion&model=demo&max_tokens=64&seed=-3&temperature=0.2&stop=a%0Ab%26c")]
    public void ToQuery_OfAReadQuery_IsThatQuery(string query) => Assert.Equal(query, PlaygroundState.FromQuery(query).ToQuery());

    [Fact]
    public void FromQuery_UnknownKeysAndModes_ArePassedOver() => Assert.Equal("", PlaygroundState.FromQuery("?mode=dream&x=1&model=").ToQuery());

    [Fact]
    public void FromQuery_EndlessText_IsCut()
    {
        PlaygroundState state = PlaygroundState.FromQuery("?temperature=" + new string('9', 10_000) + "&stop=" + new string('s', 10_000));

        Assert.Equal(ParameterSet.LongestText, state.Parameters.Texts["temperature"].Length);
        Assert.Equal(2000, state.Parameters.Stop.Text.Length);
    }
}
