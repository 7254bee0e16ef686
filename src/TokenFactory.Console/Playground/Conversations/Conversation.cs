using Microsoft.Extensions.AI;
using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Tokens;

namespace TokenFactory.Web.Playground.Conversations;

/// <summary>Who speaks in a turn.</summary>
public enum Speaker
{
    User,
    Assistant,
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Speaker">Who speaks.</param>
/// <param name="Text">What is said.</param>
/// <param name="Figures">What an answer cost; null for a user's turn, and for an answer that came with a link.</param>
/// <param name="Tokens">An answer's tokens with their probabilities; null where they were not asked for.</param>
public sealed record Turn(Speaker Speaker, string Text, AnswerFigures? Figures = null, TokenLog? Tokens = null)
{
    /// <summary>What the model thought before it answered; empty where it did not. It is not said again with the next question.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>An answer as a turn.</summary>
    public static Turn Of(Answer answer) => new(Speaker.Assistant, answer.Text, answer.Figures, answer.Tokens) { Reasoning = answer.Reasoning };
}

/// <summary>The turns between a person and a model, oldest first. Not safe for several threads.</summary>
public sealed class Conversation
{
    private readonly List<Turn> _turns = [];

    public IReadOnlyList<Turn> Turns => _turns;

    /// <summary>Whether there is a question to answer, again or for the first time.</summary>
    public bool HasQuestion => _turns.Count > 0;

    public void Ask(string text) => _turns.Add(new Turn(Speaker.User, text));

    public void AddAnswer(Answer answer) => _turns.Add(Turn.Of(answer));

    /// <summary>Takes back the last answer, so that the question before it stands open again.</summary>
    public void TakeBackAnswer()
    {
        if (_turns is [.., { Speaker: Speaker.Assistant }])
        {
            _turns.RemoveAt(_turns.Count - 1);
        }
    }

    /// <summary>Replaces a user's turn; what was said after it goes, since it answered something else.</summary>
    /// <param name="index">The turn's place; it must be a user's.</param>
    /// <param name="text">The new words.</param>
    public void Edit(int index, string text)
    {
        if (index < 0 || index >= _turns.Count || _turns[index].Speaker != Speaker.User)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, "Only a user's turn can be edited.");
        }
        _turns.RemoveRange(index, _turns.Count - index);
        Ask(text);
    }

    /// <summary>Puts these turns in the place of all others.</summary>
    public void Restore(IEnumerable<Turn> turns)
    {
        Turn[] restored = [.. turns];
        _turns.Clear();
        _turns.AddRange(restored);
    }

    public void Clear() => _turns.Clear();

    /// <summary>What is sent to the model, the system prompt first where there is one.</summary>
    public IReadOnlyList<ChatMessage> ToMessages(string system)
    {
        IEnumerable<ChatMessage> messages = _turns.Select(turn => new ChatMessage(turn.Speaker == Speaker.User ? ChatRole.User : ChatRole.Assistant, turn.Text));
        return [.. string.IsNullOrWhiteSpace(system) ? messages : messages.Prepend(new ChatMessage(ChatRole.System, system))];
    }
}
