using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Tests.Driving;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class PlaygroundSessionTests
{
    private static readonly PlaygroundSettings Short = new() { MaxTokens = 12 };

    private int _changes;

    [Fact]
    public async Task Ask_TwoTurns_SendsTheWholeConversation()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.AskAsync(model, Short, "one");
        await session.AskAsync(model, Short, "two");

        string first = ServedModels.Continue("user: one\n", 12);
        Assert.Equal(
            [new("user", "one"), new("assistant", first), new("user", "two"), new("assistant", ServedModels.Continue($"user: one\nassistant: {first}\nuser: two\n", 12))],
            session.Turns);
        Assert.True(_changes > 1);
        Assert.Equal(12, session.Run!.Tokens);
        Assert.Equal(FinishReason.Length, session.Run.Outcome!.Reason);
        Assert.NotNull(session.Run.FirstToken);
    }

    [Fact]
    public async Task Ask_WithSystemPrompt_PutsItFirst()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.AskAsync(model, Short with { System = "be brief" }, "one");

        Assert.Equal(ServedModels.Continue("system: be brief\nuser: one\n", 12), session.Turns[1].Content);
    }

    [Fact]
    public async Task AnswerAgain_AfterAnAnswer_ReplacesIt()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();
        await session.AskAsync(model, Short, "one");

        await session.AnswerAgainAsync(model, Short with { MaxTokens = 5 });

        Assert.Equal([new("user", "one"), new("assistant", ServedModels.Continue("user: one\n", 5))], session.Turns);
    }

    [Fact]
    public async Task TakeBack_AQuestion_DropsItAndWhatFollows()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();
        await session.AskAsync(model, Short, "one");
        await session.AskAsync(model, Short, "two");

        Assert.Equal("two", session.TakeBack(2));
        Assert.Equal(2, session.Turns.Count);
        Assert.Null(session.Run);
    }

    [Fact]
    public async Task Stop_WhileItAnswers_KeepsWhatHasCome()
    {
        HashExecutor executor = new(HashExecutor.DefaultLimits with { BlockCount = 1024, MaxContext = 2048 }) { StepTime = TimeSpan.FromMilliseconds(5) };
        ServedModel model = ServedModels.Create("slow", executor);
        using var engine = model.Engine;
        PlaygroundSession? session = null;
        session = new PlaygroundSession(TimeProvider.System, () =>
        {
            if (session!.Run!.Tokens >= 5)
            {
                session.Stop();
            }
        });

        await session.AskAsync(model, new PlaygroundSettings { MaxTokens = 1500 }, "long");

        Assert.Equal(FinishReason.Cancelled, session.Run!.Outcome!.Reason);
        Assert.InRange(session.Run.Tokens, 5, 100);
        Assert.Equal(session.Run.Text, session.Turns[1].Content);
        Assert.False(session.IsBusy);
    }

    [Fact]
    public async Task Ask_PromptBeyondTheContext_SaysBothLengthsAndKeepsTheQuestion()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.AskAsync(model, Short, new string('x', 5000));

        Assert.Contains("5007", session.Run!.Problem);
        Assert.Contains("2048", session.Run.Problem);
        Assert.Single(session.Turns);
        Assert.True(session.CanAnswerAgain);
    }

    [Fact]
    public async Task Ask_TemplateRefuses_SaysWhy()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.AskAsync(model, Short, "forbidden");

        Assert.Contains("it says a forbidden word", session.Run!.Problem);
        Assert.False(session.IsBusy);
    }

    [Fact]
    public async Task Ask_ModelWithoutTemplate_SendsToCompletion()
    {
        ServedModel model = ServedModels.Create("plain", hasTemplate: false);
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.AskAsync(model, Short, "one");

        Assert.Contains("Completion", session.Run!.Problem);
    }

    [Fact]
    public async Task Complete_AText_GoesOnWithItAsItIs()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();

        await session.CompleteAsync(model, Short, "Once");

        Assert.Equal(ServedModels.Continue("Once", 12), session.Run!.Text);
        Assert.Empty(session.Turns);
    }

    [Fact]
    public async Task Complete_WithStopString_EndsBeforeIt()
    {
        ServedModel model = ServedModels.Create("a");
        using var engine = model.Engine;
        PlaygroundSession session = NewSession();
        string whole = ServedModels.Continue("Once", 12);

        await session.CompleteAsync(model, Short with { Stops = "never\n" + whole[6..9] }, "Once");

        Assert.Equal(whole[..whole.IndexOf(whole[6..9], StringComparison.Ordinal)], session.Run!.Text);
    }

    private PlaygroundSession NewSession() => new(TimeProvider.System, () => _changes++);
}
