using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Parameters;
using TokenFactory.Web.Playground.Sharing;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class PlaygroundDeskTests : IDisposable
{
    private readonly HashModel _model = new();
    private readonly ModelCatalog _catalog = new();
    private readonly MemoryLedger _ledger = new();
    private readonly PlaygroundDesk _desk;

    public PlaygroundDeskTests()
    {
        _catalog.Add(_model.Served);
        _desk = new PlaygroundDesk(_catalog, TestClients.CountingIn(_ledger), TimeProvider.System, () => { });
    }

    private static PlaygroundSide Short => new() { Parameters = Tokens(3) };

    public void Dispose()
    {
        _desk.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task Send_Comparing_AnswersOnBothSidesAtOnce()
    {
        // Long enough for a busy machine to see both at it.
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(200);
        _desk.Show(new PlaygroundState { Left = Short, Right = new PlaygroundSide { Parameters = Tokens(5), System = "Be kind." } });

        Task sending = _desk.SendAsync("A");
        Assert.True(SpinWait.SpinUntil(() => _desk.SessionOf(Side.Left).Running is { Figures.GeneratedTokens: > 0 } && _desk.SessionOf(Side.Right).IsBusy, TimeSpan.FromSeconds(10)));
        await sending;

        Assert.Equal(HashModel.Answer("user: A\n", 3), _desk.SessionOf(Side.Left).Turns[1].Text);
        Assert.Equal(HashModel.Answer("system: Be kind.\nuser: A\n", 5), _desk.SessionOf(Side.Right).Turns[1].Text);
        Assert.Equal(2, _ledger.Rows.Count);
    }

    [Fact]
    public async Task Show_ComparisonOpens_GoesOnFromTheLeftsConversation()
    {
        _desk.Show(new PlaygroundState { Left = Short });
        await _desk.SendAsync("A");

        _desk.Show(_desk.CopiedToTheRight());
        Assert.Equal(_desk.SessionOf(Side.Left).Turns, _desk.SessionOf(Side.Right).Turns);
        await _desk.AnswerAgainAsync(Side.Right);

        Assert.Equal(3, _desk.SessionOf(Side.Right).Turns[1].Figures!.GeneratedTokens);
    }

    [Fact]
    public async Task Show_ComparisonCloses_KeepsTheLeft()
    {
        _desk.Show(new PlaygroundState { Left = Short, Right = Short });
        await _desk.SendAsync("A");

        _desk.Show(_desk.State with { Right = null });

        Assert.Equal(2, _desk.SessionOf(Side.Left).Turns.Count);
        Assert.Empty(_desk.SessionOf(Side.Right).Turns);
    }

    [Fact]
    public async Task Edit_OneSide_LeavesTheOtherAlone()
    {
        _desk.Show(new PlaygroundState { Left = Short, Right = Short });
        await _desk.SendAsync("A");

        await _desk.EditAsync(Side.Right, 0, "B");
        Assert.Equal("A", _desk.SessionOf(Side.Left).Turns[0].Text);
        Assert.Equal("B", _desk.SessionOf(Side.Right).Turns[0].Text);
        await _desk.EditAsync(null, 0, "C");

        Assert.All(_desk.Sides, side => Assert.Equal(["C", HashModel.Answer("user: C\n", 3)], _desk.SessionOf(side).Turns.Select(turn => turn.Text)));
    }

    [Fact]
    public async Task Edit_TurnThatOneSideHasNot_IsForTheOtherOnly()
    {
        _desk.Show(new PlaygroundState { Left = Short, Right = Short });
        await _desk.SendAsync("A");
        await _desk.SessionOf(Side.Left).SendAsync(_desk.SetupOf(Side.Left)!, "more");

        Assert.True(_desk.CanEditOnBoth(0));
        Assert.False(_desk.CanEditOnBoth(2));
        await _desk.EditAsync(null, 2, "else");

        Assert.Equal("else", _desk.SessionOf(Side.Left).Turns[2].Text);
        Assert.Equal(2, _desk.SessionOf(Side.Right).Turns.Count);
    }

    [Fact]
    public async Task Stop_OneSide_LetsTheOtherGoOn()
    {
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(2);
        _desk.Show(new PlaygroundState { Left = new() { Parameters = Tokens(400) }, Right = new() { Parameters = Tokens(30) } });
        Task sending = _desk.SendAsync("A");
        Assert.True(SpinWait.SpinUntil(() => _desk.SessionOf(Side.Left).Running is { Figures.GeneratedTokens: > 2 }, TimeSpan.FromSeconds(10)));

        _desk.Stop(Side.Left);
        await sending;

        Assert.Equal("Stopped", _desk.SessionOf(Side.Left).Turns[1].Figures!.Ending);
        Assert.Equal(30, _desk.SessionOf(Side.Right).Turns[1].Figures!.GeneratedTokens);
    }

    [Fact]
    public async Task Complete_Comparing_ContinuesOnBothSides()
    {
        _desk.Show(new PlaygroundState { Mode = PlaygroundMode.Completion, Left = Short, Right = new() { Parameters = Tokens(6) } });

        await _desk.CompleteAsync("Once");

        Assert.Equal(HashModel.Answer("Once", 3), _desk.SessionOf(Side.Left).Completion!.Text);
        Assert.Equal(HashModel.Answer("Once", 6), _desk.SessionOf(Side.Right).Completion!.Text);
    }

    [Fact]
    public async Task Send_OneSideHasAProblem_SaysNothingOnEither()
    {
        _desk.Show(new PlaygroundState { Left = Short, Right = new() { Parameters = Tokens(0) } });

        await _desk.SendAsync("A");

        Assert.False(_desk.CanSend);
        Assert.All(_desk.Sides, side => Assert.Empty(_desk.SessionOf(side).Turns));
    }

    [Fact]
    public async Task Send_TokenViewOn_RecordsEveryTokenWithFiveAlternatives()
    {
        _desk.Show(new PlaygroundState { Left = Short });
        await _desk.SendAsync("A");
        Assert.Null(_desk.SessionOf(Side.Left).Turns[1].Tokens);

        _desk.Show(_desk.State with { ShowTokens = true });
        await _desk.AnswerAgainAsync(null);

        TokenFactory.Web.Playground.Tokens.TokenLog log = _desk.SessionOf(Side.Left).Turns[1].Tokens!;
        Assert.Equal(3, log.Count);
        Assert.Equal(_desk.SessionOf(Side.Left).Turns[1].Text[0], (char)log[0].Id);
        Assert.Equal(5, log[0].Alternatives.Count);
        Assert.Equal(log[0].Id, log[0].Alternatives[0].Token);
        Assert.InRange(log[0].Logprob, -0.05f, 0);
    }

    [Fact]
    public async Task Send_InTheBatchLane_IsCountedThere()
    {
        _desk.Show(new PlaygroundState { Left = Short with { Lane = TokenFactory.Engine.Sequences.Lane.Batch } });

        await _desk.SendAsync("A");

        Assert.Equal("batch", Assert.Single(_ledger.Rows).Lane);
    }

    [Fact]
    public void Mode_OneModelWithoutATemplate_IsCompletion()
    {
        using HashModel plain = new("plain", chats: false);
        _catalog.Add(plain.Served);

        _desk.Show(new PlaygroundState { Right = new() { Model = "plain" } });

        Assert.Equal(PlaygroundMode.Completion, _desk.Mode);
    }

    [Fact]
    public async Task ReadTexts_OfWrittenOnes_RestoresBothConversations()
    {
        _desk.Show(new PlaygroundState { Left = Short with { System = "S" }, Right = Short });
        await _desk.SendAsync("A");
        SharedTexts texts = _desk.WriteTexts(withConversation: true);
        using PlaygroundDesk other = new(_catalog, TestClients.CountingIn(_ledger), TimeProvider.System, () => { });

        other.Show(_desk.State with { Left = Short });
        other.ReadTexts(texts);

        Assert.Equal("S", other.State.Left.System);
        Assert.All(other.Sides, side => Assert.Equal(_desk.SessionOf(side).Turns.Select(turn => turn.Text), other.SessionOf(side).Turns.Select(turn => turn.Text)));
        Assert.True(other.SessionOf(Side.Left).CanAnswerAgain);
    }

    [Fact]
    public async Task ReadTexts_SetupOnly_LeavesTheConversation()
    {
        _desk.Show(new PlaygroundState { Left = Short });
        await _desk.SendAsync("A");

        _desk.ReadTexts(new SharedTexts { System = "S" });

        Assert.Equal("S", _desk.State.Left.System);
        Assert.Equal(2, _desk.SessionOf(Side.Left).Turns.Count);
    }

    private static ParameterSet Tokens(int most) => ParameterSet.Empty.With(PlaygroundParameters.Find("max_tokens")!, $"{most}");
}
