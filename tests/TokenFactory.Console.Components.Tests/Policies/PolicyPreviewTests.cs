using TokenFactory.Engine.Scheduling;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Policies;
using Xunit;

namespace TokenFactory.Web.Tests.Policies;

public sealed class PolicyPreviewTests
{
    private static readonly BatchPolicy Policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 4 };

    [Fact]
    public void Of_NoChange_SaysNothing() => Assert.Empty(PolicyPreview.Of(Policy, Policy, 3, 5));

    [Fact]
    public void Of_MoreRunning_SaysHowManyStart() =>
        Assert.Contains("4 of the 9 waiting may start", PolicyPreview.Of(Policy, Policy with { MaxRunning = 8 }, running: 4, waiting: 9).Single());

    [Fact]
    public void Of_FewerRunning_SaysThatNothingIsStopped() =>
        Assert.Contains("new ones start when fewer than 2 of the 4 are left", PolicyPreview.Of(Policy, Policy with { MaxRunning = 2 }, running: 4, waiting: 0).Single());

    [Fact]
    public void Of_SmallerChunks_SaysHowManyStepsALongPromptTakes() =>
        Assert.Contains("2,000 takes 200 steps instead of 32", PolicyPreview.Of(Policy, Policy with { PrefillChunk = 10 }, 0, 0).Single());

    [Fact]
    public void Of_OtherWeights_SaysTheShares() => Assert.Contains(
        "interactive 62 %, agentic 31 %, batch 8 %",
        PolicyPreview.Of(Policy with { Interactive = Policy.Interactive with { Weight = 1 } }, Policy, 0, 0).Single());

    [Fact]
    public void Of_EveryField_HasAnEffectInWords()
    {
        foreach (PolicyField changed in PolicyField.All)
        {
            double value = changed.Read(Policy) > changed.Least ? changed.Least : changed.Least + 1;
            Assert.Single(PolicyPreview.Of(Policy, changed.Write(Policy, value), 1, 1));
            Assert.Equal(value, changed.Read(changed.Write(Policy, value)));
        }
        Assert.Equal(PolicyField.All.Count, PolicyField.All.Select(changed => changed.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("", "a whole number from 1 to 8")]
    [InlineData("many", "a whole number from 1 to 8")]
    [InlineData("0", "a whole number from 1 to 8")]
    [InlineData("9", "a whole number from 1 to 8")]
    [InlineData("1.5", "a whole number from 1 to 8")]
    [InlineData("NaN", "a whole number from 1 to 8")]
    public void Parse_OutOfBounds_SaysTheBounds(string text, string problem)
    {
        Assert.Null(PolicyField.All[0].Parse(text, HashExecutor.DefaultLimits, out string? found));
        Assert.Equal(problem, found);
    }
}
