using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Code;
using TokenFactory.Web.Playground.Conversations;

namespace TokenFactory.Web.Playground;

/// <summary>Which model answers, and how.</summary>
/// <param name="Model">The model.</param>
/// <param name="Settings">How the answer is made.</param>
/// <param name="System">The system prompt; empty for none. Completions have none.</param>
/// <param name="Lane">The lane that it waits in.</param>
public sealed record AnswerSetup(ServedModel Model, AnswerSettings Settings, string System = "", Lane Lane = Lane.Interactive);

/// <summary>
/// One person's playground: a conversation and a completion with models of this process, and the answer under way. Its members are
/// called from one context at a time (a circuit's), only <c>changed</c> comes from elsewhere.
/// </summary>
/// <param name="clients">Ask the engine; what is used here counts as the console's.</param>
/// <param name="clock">Measures the answers while they run.</param>
/// <param name="changed">Called whenever there is more of the answer, on a pool thread.</param>
public sealed class PlaygroundSession(EngineChatClients clients, TimeProvider clock, Action changed) : IDisposable
{
    private readonly Conversation _conversation = new();
    private AnswerRun? _run;

    public IReadOnlyList<Turn> Turns => _conversation.Turns;

    /// <summary>The answer under way; null while none is.</summary>
    public Answer? Running => _run?.Current;

    public bool IsBusy => _run is not null;

    /// <summary>What the last completion gave; null before the first.</summary>
    public Answer? Completion { get; private set; }

    /// <summary>Why the last request was refused or failed, in words; null where it was not.</summary>
    public string? Problem { get; private set; }

    /// <summary>The parameter that the engine refused, by its wire name; null where it was none.</summary>
    public string? ProblemParameter { get; private set; }

    /// <summary>Whether the last question can be answered, again or at last.</summary>
    public bool CanAnswerAgain => !IsBusy && _conversation.HasQuestion;

    /// <summary>Whether a turn can be said differently: it is there, and a user's.</summary>
    public bool CanEdit(int turn) => !IsBusy && turn >= 0 && turn < Turns.Count && Turns[turn].Speaker == Speaker.User;

    /// <summary>The answer that is on show: the one under way or else the last; null where the last word is the user's.</summary>
    public Answer? LatestIn(PlaygroundMode mode) => Running ?? (mode == PlaygroundMode.Completion
        ? Completion
        : Turns is [.., { Speaker: Speaker.Assistant, Figures: { } figures } last] ? new Answer(last.Text, figures, null, last.Tokens) { Reasoning = last.Reasoning } : null);

    /// <summary>Puts these turns in the place of all others, and stops what is under way.</summary>
    public void Restore(IEnumerable<Turn> turns)
    {
        Turn[] restored = [.. turns];
        Clear();
        _conversation.Restore(restored);
    }

    /// <summary>Says something and gathers the answer until it ends.</summary>
    public Task SendAsync(AnswerSetup setup, string text)
    {
        if (IsBusy)
        {
            return Task.CompletedTask;
        }
        _conversation.Ask(text);
        return AnswerAsync(setup);
    }

    /// <summary>Answers the last question once more; the answer it had goes.</summary>
    public Task AnswerAgainAsync(AnswerSetup setup)
    {
        if (!CanAnswerAgain)
        {
            return Task.CompletedTask;
        }
        _conversation.TakeBackAnswer();
        return AnswerAsync(setup);
    }

    /// <summary>Says a turn differently and answers that; the turns after it go.</summary>
    public Task EditAsync(AnswerSetup setup, int turn, string text)
    {
        if (IsBusy)
        {
            return Task.CompletedTask;
        }
        _conversation.Edit(turn, text);
        return AnswerAsync(setup);
    }

    /// <summary>Continues a text.</summary>
    public async Task CompleteAsync(AnswerSetup setup, string text)
    {
        if (!IsBusy && await RunAsync(setup, stop => ClientOf(setup).ContinueAsync(text, OptionsOf(setup, isChat: false), stop)) is { } answer)
        {
            Completion = answer;
        }
    }

    /// <summary>Ends the answer under way; what there is of it stays.</summary>
    public void Stop() => _run?.Stop();

    /// <summary>Forgets everything said; an answer under way is stopped and nobody's.</summary>
    public void Clear()
    {
        Stop();
        _run = null;
        _conversation.Clear();
        Completion = null;
        Forgive();
    }

    public void Dispose() => Clear();

    private async Task AnswerAsync(AnswerSetup setup)
    {
        IReadOnlyList<ChatMessage> messages = _conversation.ToMessages(setup.System);
        if (await RunAsync(setup, stop => ClientOf(setup).GetStreamingResponseAsync(messages, OptionsOf(setup, isChat: true), stop)) is { } answer)
        {
            _conversation.AddAnswer(answer);
        }
    }

    private EngineChatClient ClientOf(AnswerSetup setup) => clients.ClientOf(setup.Model, setup.Lane);

    /// <summary>The fields that "view as code" shows, so that the code asks for what the page got.</summary>
    private static ChatOptions OptionsOf(AnswerSetup setup, bool isChat)
    {
        ChatOptions options = new() { AdditionalProperties = [] };
        foreach ((string name, JsonNode value) in CodeRequest.FieldsOf(setup.Settings, setup.Model.Defaults, isChat))
        {
            options.AdditionalProperties[name] = value;
        }
        return options;
    }

    /// <summary>The whole answer; null where it was refused, or where it was cleared away meanwhile.</summary>
    private async Task<Answer?> RunAsync(AnswerSetup setup, Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> ask)
    {
        Forgive();
        using AnswerRun run = new(setup.Settings, setup.Model.Tokenizer, clock);
        _run = run;
        Answer? answer = null;
        ApiException? refusal = null;
        try
        {
            answer = await run.ReadAsync(ask, changed);
        }
        catch (ApiException problem)
        {
            refusal = problem;
        }
        if (_run != run)
        {
            return null;
        }
        _run = null;
        Problem = refusal?.Message ?? answer?.Problem;
        ProblemParameter = refusal?.Error.Param;
        return answer;
    }

    private void Forgive()
    {
        Problem = null;
        ProblemParameter = null;
    }
}
