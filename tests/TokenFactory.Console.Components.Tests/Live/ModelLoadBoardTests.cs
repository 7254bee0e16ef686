using TokenFactory.Web.Live.Loading;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class ModelLoadBoardTests
{
    private readonly ModelLoadBoard _board = new(TimeProvider.System);
    private int _changes;

    public ModelLoadBoardTests() => _board.Changed += () => _changes++;

    [Fact]
    public void Report_AStage_IsSeenWithItsShare()
    {
        _board.Begin("m").Report("Reading weights", 0.25);

        ModelLoad load = Assert.Single(_board.Loads);
        Assert.Equal(("m", "Reading weights", 0.25), (load.Model, load.Stage, load.Fraction));
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void Complete_ALoad_TakesItAway()
    {
        _board.Begin("m").Complete();

        Assert.Empty(_board.Loads);
    }

    [Fact]
    public void Fail_ALoad_StaysUntilTheModelIsTriedAgain()
    {
        _board.Begin("m").Fail("no such file");
        Assert.Equal("no such file", Assert.Single(_board.Loads).Failure);

        _board.Begin("m");

        Assert.Null(Assert.Single(_board.Loads).Failure);
    }

    [Fact]
    public void Begin_MoreThanFit_DropsTheOldestFailure()
    {
        _board.Begin("running");
        for (int i = 0; i < 40; i++)
        {
            _board.Begin($"failed-{i}").Fail("no");
        }

        Assert.Equal(ModelLoadBoard.Capacity, _board.Loads.Count);
        Assert.Equal("running", _board.Loads[0].Model);
        Assert.Equal("failed-39", _board.Loads[^1].Model);
    }
}
