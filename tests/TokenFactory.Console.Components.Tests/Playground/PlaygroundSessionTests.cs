using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Text;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Conversations;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class PlaygroundSessionTests : IDisposable
{
    private readonly HashModel _model = new();
    private readonly MemoryLedger _ledger = new();
    private readonly PlaygroundSession _session;
    private int _changes;

    public PlaygroundSessionTests() => _session = new PlaygroundSession(TestClients.CountingIn(_ledger), TimeProvider.System, () => Interlocked.Increment(ref _changes));

    public void Dispose()
    {
        _session.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task Send_ASecondTurn_PromptsWithTheWholeConversation()
    {
        await _session.SendAsync(Setup(3), "A");
        await _session.SendAsync(Setup(4), "B");

        string first = HashModel.Answer("user: A\n", 3);
        string second = HashModel.Answer($"user: A\nassistant: {first}\nuser: B\n", 4);
        Assert.Equal(["A", first, "B", second], _session.Turns.Select(turn => turn.Text));
        Assert.Equal(4, _session.Turns[3].Figures!.GeneratedTokens);
        Assert.True(_changes > 0);
        Assert.False(_session.IsBusy);
    }

    [Fact]
    public async Task Send_Answered_IsInTheLedgerAsTheConsoles()
    {
        await _session.SendAsync(Setup(3), "A");

        UsageRecord row = Assert.Single(_ledger.Rows);
        Assert.Equal((UsageRecord.Console, Guid.Empty, 8L, 3L, "length"), (row.Tenant, row.TenantId, row.PromptTokens, row.GeneratedTokens, row.Outcome));
        Assert.Equal(0, _ledger.Running);
    }

    [Fact]
    public async Task Send_RefusedByTheEngine_LeavesNothingInTheLedger()
    {
        await _session.SendAsync(Setup(3), new string('x', 100_000));

        Assert.NotNull(_session.Problem);
        Assert.Empty(_ledger.Rows);
        Assert.Equal(0, _ledger.Running);
    }

    [Fact]
    public async Task Send_WhileNothingCanBeCounted_StartsNothing()
    {
        _ledger.Problem = "The disk is full.";

        await _session.SendAsync(Setup(3), "A");

        Assert.Contains("The disk is full.", _session.Problem);
        Assert.Empty(_ledger.Rows);
    }

    [Fact]
    public async Task Send_WithASystemPrompt_PutsItFirst()
    {
        await _session.SendAsync(Setup(3) with { System = "Be kind." }, "A");

        Assert.Equal(HashModel.Answer("system: Be kind.\nuser: A\n", 3), _session.Turns[1].Text);
    }

    [Fact]
    public async Task Send_ModelThinks_ThoughtIsApartAndNotSaidAgain()
    {
        AnswerSetup setup = Setup(9);
        setup = setup with { Model = setup.Model with { Dialect = new ChatDialect(ToolFormat.None, ReasoningFormat.Think) } };
        _model.Executor.Choose = context => "<think>hm</think>Yes."u8[Math.Min(20, context.Length - "user: A\n".Length)];

        await _session.SendAsync(setup with { Settings = setup.Settings with { MaxTokens = 21 } }, "A");
        await _session.SendAsync(Setup(1), "B");

        Assert.Equal(("hm", "Yes."), (_session.Turns[1].Reasoning, _session.Turns[1].Text));
        Assert.Equal("user: A\nassistant: Yes.\nuser: B\n".Length, _session.Turns[3].Figures!.PromptTokens);
    }

    [Fact]
    public async Task Edit_AnEarlierTurn_ForgetsWhatFollowed()
    {
        await _session.SendAsync(Setup(3), "A");
        await _session.SendAsync(Setup(3), "B");

        await _session.EditAsync(Setup(3), 0, "C");

        Assert.Equal(["C", HashModel.Answer("user: C\n", 3)], _session.Turns.Select(turn => turn.Text));
    }

    [Fact]
    public async Task Stop_WhileRunning_KeepsTheTextSoFar()
    {
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(5);
        Task sending = _session.SendAsync(Setup(400), "A");
        Assert.True(SpinWait.SpinUntil(() => _session.Running is { Figures.GeneratedTokens: > 2 }, TimeSpan.FromSeconds(10)));

        _session.Stop();
        await sending;

        AnswerFigures figures = _session.Turns[1].Figures!;
        Assert.Equal("Stopped", figures.Ending);
        Assert.InRange(figures.GeneratedTokens, 3, 399);
        Assert.StartsWith(_session.Turns[1].Text, HashModel.Answer("user: A\n", 400));
    }

    [Fact]
    public async Task Clear_WhileRunning_DropsTheAnswerThatEndsLater()
    {
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(5);
        Task sending = _session.SendAsync(Setup(400), "A");

        _session.Clear();
        await sending;

        Assert.Empty(_session.Turns);
        Assert.Null(_session.Problem);
        Assert.False(_session.IsBusy);
    }

    [Fact]
    public async Task Send_WhileBusy_IsPassedOver()
    {
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(5);
        Task sending = _session.SendAsync(Setup(50), "A");

        await _session.SendAsync(Setup(50), "B");
        _session.Stop();
        await sending;

        Assert.Equal(2, _session.Turns.Count);
    }

    [Fact]
    public async Task Send_QueueIsFull_SaysSoAndCanBeTriedAgain()
    {
        using HashModel full = new(policy: policy => policy with { MaxRunning = 1, QueueRequests = 1 });
        full.Executor.StepTime = TimeSpan.FromMilliseconds(20);
        Submit(full, "runs");
        Assert.True(SpinWait.SpinUntil(() => full.Engine.Status.Running(Lane.Interactive) == 1, TimeSpan.FromSeconds(10)));
        Submit(full, "waits");

        await _session.SendAsync(new AnswerSetup(full.Served, AnswerSettings.DefaultsOf(full.Served)), "A");

        Assert.StartsWith("The queue of hash is full", _session.Problem);
        Assert.True(_session.CanAnswerAgain);
        await _session.AnswerAgainAsync(Setup(3));
        Assert.Null(_session.Problem);
        Assert.Equal([Speaker.User, Speaker.Assistant], _session.Turns.Select(turn => turn.Speaker));
    }

    [Fact]
    public async Task Send_TemplateRefuses_ShowsItsReason()
    {
        await _session.SendAsync(Setup(3), "forbidden");

        Assert.EndsWith("refuses the conversation: The template refuses this.", _session.Problem);
    }

    [Fact]
    public async Task Send_ParameterThatTheEngineRefuses_NamesIt()
    {
        AnswerSetup setup = Setup(3);

        await _session.SendAsync(setup with { Settings = setup.Settings with { Sampling = setup.Settings.Sampling with { TopP = 0 } } }, "A");

        Assert.Equal("top_p", _session.ProblemParameter);
    }

    [Fact]
    public async Task Send_EngineHasStopped_SaysSo()
    {
        _model.Dispose();

        await _session.SendAsync(Setup(3), "A");

        Assert.Contains("has stopped", _session.Problem);
    }

    [Fact]
    public async Task Complete_WithAStopString_EndsBeforeIt()
    {
        string whole = HashModel.Answer("Once", 20);
        AnswerSetup setup = Setup(20);

        await _session.CompleteAsync(setup with { Settings = setup.Settings with { Stop = [whole[5..8]] } }, "Once");

        Assert.Equal(whole[..whole.IndexOf(whole[5..8], StringComparison.Ordinal)], _session.Completion!.Text);
        Assert.Equal("Ended by the model or at a stop string", _session.Completion.Figures.Ending);
        Assert.Empty(_session.Turns);
    }

    private static void Submit(HashModel model, string id) =>
        model.Engine.TrySubmit(new GenerationRequest { Id = id, Tenant = "other", Prompt = [1], MaxNewTokens = 500 }, out _);

    private AnswerSetup Setup(int maxTokens) => new(_model.Served, AnswerSettings.DefaultsOf(_model.Served) with { MaxTokens = maxTokens });
}
