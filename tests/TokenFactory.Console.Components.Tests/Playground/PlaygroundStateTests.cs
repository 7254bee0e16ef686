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
    [InlineData("?lane=batch&top_k=5&logit_bias=42%20-5")]
    [InlineData("?temperature=0&tokens=on&compare=on&right.model=other&right.lane=agentic&right.seed=4&right.temperature=1.2&right.stop=END&right.logit_bias=7%3A100")]
    public void ToQuery_OfAReadQuery_IsThatQuery(string query) => Assert.Equal(query, PlaygroundState.FromQuery(query).ToQuery());

    [Fact]
    public void FromQuery_UnknownKeysAndModes_ArePassedOver() => Assert.Equal("", PlaygroundState.FromQuery("?mode=dream&x=1&model=&lane=fast&tokens=1&compare=yes&right.seed=4").ToQuery());

    [Fact]
    public void FromQuery_EndlessText_IsCut()
    {
        PlaygroundState state = PlaygroundState.FromQuery("?temperature=" + new string('9', 10_000) + "&stop=" + new string('s', 10_000) + "&logit_bias=" + new string('b', 10_000));

        Assert.Equal(ParameterSet.LongestText, state.Left.Parameters.Texts["temperature"].Length);
        Assert.Equal(2000, state.Left.Parameters.Stop.Text.Length);
        Assert.Equal(4000, state.Left.Parameters.Bias.Text.Length);
    }

    [Fact]
    public void ToQuery_SystemPrompts_StayOut()
    {
        PlaygroundState state = new() { Left = new() { System = "secret" }, Right = new() { System = "secret" } };

        Assert.DoesNotContain("secret", state.ToQuery());
    }
}
