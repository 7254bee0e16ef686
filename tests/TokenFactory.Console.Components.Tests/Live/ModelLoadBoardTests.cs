using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class ModelLoadBoardTests
{
    private readonly ModelLoadBoard _board = new(new ManualClock());

    [Fact]
    public void Report_AStage_ReplacesTheEntry()
    {
        int changes = 0;
        _board.Changed += () => changes++;
        ModelLoadTicket ticket = _board.Begin("a");

        ticket.Report("Reading weights", 1.7);

        ModelLoad load = Assert.Single(_board.Loads);
        Assert.Equal(("a", "Reading weights", 1.0), (load.Model, load.Stage, load.Fraction));
        Assert.Equal(2, changes);
    }

    [Fact]
    public void Complete_ALoad_TakesItOff()
    {
        ModelLoadTicket ticket = _board.Begin("a");

        ticket.Complete();

        Assert.Empty(_board.Loads);
    }

    [Fact]
    public void Begin_AfterAFailureOfTheSameModel_ReplacesIt()
    {
        _board.Begin("a").Fail("truncated");
        _board.Begin("b").Fail("unknown architecture");

        _board.Begin("a");

        Assert.Equal([("b", "unknown architecture"), ("a", null)], _board.Loads.Select(load => (load.Model, load.Failure)));
    }

    [Fact]
    public void Begin_BoardIsFull_DropsTheOldestFailureAndNoLoadUnderWay()
    {
        _board.Begin("under-way");
        _board.Begin("failed").Fail("no");
        for (int i = 0; i < ModelLoadBoard.Capacity - 1; i++)
        {
            _board.Begin($"m{i}");
        }

        Assert.Equal(ModelLoadBoard.Capacity, _board.Loads.Count);
        Assert.Equal("under-way", _board.Loads[0].Model);
        Assert.DoesNotContain(_board.Loads, load => load.Model == "failed");
    }
}
