using TokenFactory.Engine.Speculation;
using Xunit;

namespace TokenFactory.Engine.Tests.Speculation;

public sealed class DraftPaceTests
{
    [Fact]
    public void Next_WhereAllWereRight_Grows()
    {
        DraftPace pace = default;
        int first = pace.Next(20);
        pace.Learn(first, first);
        Assert.True(pace.Next(20) > first);
        Assert.Equal(3, pace.Next(3));
    }

    [Fact]
    public void Next_WhereSomeWereRight_IsOneMoreThanThose()
    {
        DraftPace pace = default;
        pace.Learn(5, 2);
        Assert.Equal(3, pace.Next(20));
    }

    [Fact]
    public void Next_WhereNoneWasRight_PausesLongerEachTime()
    {
        DraftPace pace = default;
        int last = 0;
        for (int round = 0; round < 5; round++)
        {
            pace.Learn(2, 0);
            int pause = 0;
            while (pace.Next(8) == 0)
            {
                pause++;
            }
            Assert.True(pause > last);
            last = pause;
        }
    }

    [Fact]
    public void Next_AfterARightOne_PausesNoLonger()
    {
        DraftPace pace = default;
        pace.Learn(2, 0);
        while (pace.Next(8) == 0)
        {
        }
        pace.Learn(2, 2);
        Assert.NotEqual(0, pace.Next(8));
    }
}
