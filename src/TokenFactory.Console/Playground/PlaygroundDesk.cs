using TokenFactory.Api.ChatClients;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground.Sharing;
using TokenFactory.Web.Playground.Tokens;

namespace TokenFactory.Web.Playground;

/// <summary>
/// The playground of one page: its state and a session a side. What is said goes to both sides at once while they are compared. Like a
/// session, it is called from one context at a time.
/// </summary>
/// <param name="catalog">The models to choose from.</param>
/// <param name="clients">Ask the engine.</param>
/// <param name="clock">Measures the answers while they run.</param>
/// <param name="changed">Called whenever there is more of an answer, on a pool thread.</param>
public sealed class PlaygroundDesk(ModelCatalog catalog, EngineChatClients clients, TimeProvider clock, Action changed) : IDisposable
{
    private readonly PlaygroundSession _left = new(clients, clock, changed);
    private readonly PlaygroundSession _right = new(clients, clock, changed);

    public PlaygroundState State { get; private set; } = new();

    /// <summary>What is being written in the chat's composer and not yet said.</summary>
    public string Draft { get; set; } = "";

    /// <summary>The text to complete.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>Whether two sides are compared.</summary>
    public bool IsComparing => State.Right is not null;

    /// <summary>The sides on show.</summary>
    public IReadOnlyList<Side> Sides => IsComparing ? [Side.Left, Side.Right] : [Side.Left];

    /// <summary>A model without a template can only complete.</summary>
    public PlaygroundMode Mode => Sides.Any(side => ModelOf(side) is { ChatTemplate: null }) ? PlaygroundMode.Completion : State.Mode;

    /// <summary>Whether every side's parameters are such that an answer can be asked for.</summary>
    public bool CanSend => Sides.All(side => SetupOf(side) is not null);

    public bool IsBusy => Sides.Any(side => SessionOf(side).IsBusy);

    public bool HasSomething => Sides.Any(side => SessionOf(side) is { } it && (it.Turns.Count > 0 || it.Completion is not null || it.IsBusy || it.Problem is not null));

    public PlaygroundSession SessionOf(Side side) => side == Side.Left ? _left : _right;

    /// <summary>The model that answers on a side: the one that was chosen or else the first; null while none serves.</summary>
    public ServedModel? ModelOf(Side side) =>
        (State.Of(side)?.Model is { } name ? catalog.Find(name) : null) ?? (catalog.Models.Count > 0 ? catalog.Models[0] : null);

    /// <summary>How a side's answers are made; null where a parameter has a problem or no model serves.</summary>
    public AnswerSetup? SetupOf(Side side)
    {
        if (State.Of(side) is not { } set || ModelOf(side) is not { } model || set.Parameters.Compose(model) is not { } settings)
        {
            return null;
        }
        if (State.ShowTokens)
        {
            // Logprobs cost a pass over the vocabulary a token, so they are asked for only where they are shown.
            settings = settings with { Sampling = settings.Sampling with { Logprobs = true, TopLogprobs = TokenLog.Alternatives } };
        }
        return new AnswerSetup(model, settings, set.System, set.Lane);
    }

    /// <summary>Takes on another state. A comparison that opens goes on from the left's conversation; one that closes is forgotten.</summary>
    public void Show(PlaygroundState state)
    {
        bool wasComparing = IsComparing;
        State = state;
        if (!wasComparing && IsComparing)
        {
            _right.Restore(_left.Turns);
        }
        else if (wasComparing && !IsComparing)
        {
            _right.Clear();
        }
    }

    /// <summary>The same settings on the right as on the left.</summary>
    public PlaygroundState CopiedToTheRight() => State with { Right = State.Left };

    /// <summary>Says something on every side.</summary>
    public Task SendAsync(string text) => IsBusy ? Task.CompletedTask : OnEach(Sides, (session, setup) => session.SendAsync(setup, text));

    /// <summary>Continues a text on every side.</summary>
    public Task CompleteAsync(string text) => IsBusy ? Task.CompletedTask : OnEach(Sides, (session, setup) => session.CompleteAsync(setup, text));

    /// <summary>Makes what a side's model wrote a part of the text to complete.</summary>
    public void AddToPrompt(Side side) => Prompt += SessionOf(side).Completion?.Text;

    /// <summary>Answers the last question once more, on one side or (null) on all.</summary>
    public Task AnswerAgainAsync(Side? side) => OnEach(Only(side), (session, setup) => session.AnswerAgainAsync(setup));

    /// <summary>Says a user's turn differently, on one side or (null) on all that have a user's turn at that place.</summary>
    public Task EditAsync(Side? side, int turn, string text) =>
        OnEach([.. Only(side).Where(it => SessionOf(it).CanEdit(turn))], (session, setup) => session.EditAsync(setup, turn, text));

    /// <summary>Whether a turn can be edited on both sides.</summary>
    public bool CanEditOnBoth(int turn) => IsComparing && Sides.All(side => SessionOf(side).CanEdit(turn));

    /// <summary>Ends the answers under way, on one side or (null) on all.</summary>
    public void Stop(Side? side)
    {
        foreach (Side one in Only(side))
        {
            SessionOf(one).Stop();
        }
    }

    /// <summary>Forgets everything said on every side.</summary>
    public void Clear()
    {
        _left.Clear();
        _right.Clear();
    }

    /// <summary>What a link to this carries.</summary>
    /// <param name="withConversation">Whether what was said is shared too.</param>
    public SharedTexts WriteTexts(bool withConversation) => new()
    {
        System = State.Left.System,
        RightSystem = State.Right?.System,
        Prompt = withConversation && Mode == PlaygroundMode.Completion ? Prompt : null,
        Turns = withConversation && Mode == PlaygroundMode.Chat ? [.. _left.Turns.Select(SharedTurn.Of)] : null,
        RightTurns = withConversation && Mode == PlaygroundMode.Chat && IsComparing ? [.. _right.Turns.Select(SharedTurn.Of)] : null,
    };

    /// <summary>Takes on what a link carries beside the state, which is shown already; a conversation only where it has one.</summary>
    public void ReadTexts(SharedTexts texts)
    {
        State = State with
        {
            Left = State.Left with { System = texts.System ?? "" },
            Right = State.Right is { } right ? right with { System = texts.RightSystem ?? "" } : null,
        };
        if (!texts.HasConversation)
        {
            return;
        }
        Prompt = texts.Prompt ?? Prompt;
        _left.Restore((texts.Turns ?? []).Select(turn => turn.ToTurn()));
        _right.Restore((IsComparing ? texts.RightTurns ?? [] : []).Select(turn => turn.ToTurn()));
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private IReadOnlyList<Side> Only(Side? side) => side is { } one ? [one] : Sides;

    private Task OnEach(IReadOnlyList<Side> sides, Func<PlaygroundSession, AnswerSetup, Task> act)
    {
        (PlaygroundSession Session, AnswerSetup? Setup)[] ready = [.. sides.Select(side => (SessionOf(side), SetupOf(side)))];
        return ready.Any(one => one.Setup is null) ? Task.CompletedTask : Task.WhenAll(ready.Select(one => act(one.Session, one.Setup!)));
    }
}
