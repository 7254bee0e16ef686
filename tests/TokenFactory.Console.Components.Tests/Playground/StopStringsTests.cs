using TokenFactory.Web.Playground.Parameters;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\n\n", new string[0])]
    [InlineData("END", new[] { "END" })]
    [InlineData("a\r\nb\n\nc", new[] { "a", "b", "c" })]
    [InlineData("\\n\\n", new[] { "\n\n" })]
    [InlineData("\\\\n\\t|\\x\\", new[] { "\\n\t|\\x\\" })]
    [InlineData(" User: ", new[] { " User: " })]
    public void Parse_Lines_GivesTheStrings(string text, string[] values) => Assert.Equal(values, StopStrings.Parse(text).Values);

    [Fact]
    public void Problem_MoreThanTheApiTakes_SaysHowMany() =>
        Assert.Equal("stop has 17 strings; at most 16 are taken.", StopStrings.Parse(string.Join('\n', Enumerable.Range(0, 17))).Problem);
}
