using TokenFactory.Engine.Speculation;
using Xunit;

namespace TokenFactory.Engine.Tests.Speculation;

public sealed class NgramDrafterTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 1, 2, 3 }, 2, new[] { 4, 5 })]
    // The latest of two places counts.
    [InlineData(new[] { 1, 2, 3, 7, 1, 2, 3, 8, 1, 2, 3 }, 1, new[] { 8 })]
    // A text in circles is followed beyond its end.
    [InlineData(new[] { 9, 1, 2, 1, 2, 1, 2 }, 5, new[] { 1, 2, 1, 2, 1 })]
    [InlineData(new[] { 5, 5, 5, 5 }, 3, new[] { 5, 5, 5 })]
    // Its last token alone, or its last two, stand elsewhere.
    [InlineData(new[] { 1, 2, 3, 4, 9, 2, 3 }, 2, new int[0])]
    [InlineData(new[] { 1, 2, 3 }, 2, new int[0])]
    [InlineData(new[] { 1 }, 2, new int[0])]
    public void Find_GivesWhatFollowedTheSameTokens(int[] tokens, int wanted, int[] expected)
    {
        int[] drafts = new int[wanted];
        int found = NgramDrafter.Find(tokens, drafts);
        Assert.Equal(expected, drafts[..found]);
    }

    [Fact]
    public void Find_OfLongTexts_EqualsThePlainSearch()
    {
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.Next(4))];
            int[] drafts = new int[4];
            int found = NgramDrafter.Find(tokens, drafts);
            int place = Enumerable.Range(0, Math.Max(0, tokens.Length - 3)).LastOrDefault(i => tokens.AsSpan(i, 3).SequenceEqual(tokens.AsSpan(^3)), -1);
            Assert.Equal(place >= 0 ? 4 : 0, found);
            for (int i = 0; i < found; i++)
            {
                int at = place + 3 + i;
                Assert.Equal(at < tokens.Length ? tokens[at] : drafts[at - tokens.Length], drafts[i]);
            }
        }
    }
}
