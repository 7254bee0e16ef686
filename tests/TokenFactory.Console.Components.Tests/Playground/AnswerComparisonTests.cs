using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Comparing;
using TokenFactory.Web.Playground.Parameters;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class AnswerComparisonTests
{
    private static readonly AnswerFigures Slow = new(20, 0, 40, TimeSpan.FromMilliseconds(50), 20, "Ended by the model");

    [Fact]
    public void Compare_AFasterAnswer_SaysByHowMuch()
    {
        IReadOnlyList<ComparedFigure> figures = AnswerComparison.Compare(Slow, Slow with { TokensPerSecond = 31, FirstToken = TimeSpan.FromMilliseconds(25), GeneratedTokens = 1040 });

        Assert.Equal(
            [new("tokens/s", "20.0", "31.0", "+55 %"), new("first token", "50 ms", "25 ms", "−50 %"), new("generated", "40", "1,040", "+1,000"), new("prompt", "20", "20", "equal")],
            figures);
    }

    [Fact]
    public void Compare_BeforeTheFirstToken_ClaimsNothing()
    {
        AnswerFigures none = new(20, null, 0, null, null, null);

        Assert.Equal(["–", "–"], AnswerComparison.Compare(none, Slow).Take(2).Select(figure => figure.Difference));
    }

    [Theory]
    [InlineData("abc", "abc", true, "The answers are the same.")]
    [InlineData("abc", "abd", true, "The answers part after 2 characters.")]
    [InlineData("a", "ab", true, "The answers part after 1 character.")]
    [InlineData("a", "ab", false, "The answers are the same so far.")]
    [InlineData("x", "ab", false, "The answers differ from the first character on.")]
    public void DescribeTexts_OfTwo_SaysWhereTheyPart(string left, string right, bool areWhole, string words) =>
        Assert.Equal(words, AnswerComparison.DescribeTexts(left, right, areWhole));

    [Fact]
    public void SettingDifferences_OfASide_NamesItsOwnValues()
    {
        using HashModel model = new();
        PlaygroundSide left = new();
        PlaygroundSide right = new()
        {
            Lane = Lane.Batch,
            System = "Be kind.",
            Parameters = ParameterSet.Empty.With(PlaygroundParameters.Find("temperature")!, "1.5").With(PlaygroundParameters.Find("seed")!, "4"),
        };

        Assert.Equal(
            ["Temperature 1.5", "Seed 4", "another system prompt", "lane batch"], SettingDifferences.Describe(right, model.Served, left, model.Served, withSystem: true));
        Assert.Equal(
            ["Temperature 0", "Seed random", "lane interactive"], SettingDifferences.Describe(left, model.Served, right, model.Served, withSystem: false));
    }
}
