using System.Text;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;
using TokenFactory.Web.Playground.Tokens;

namespace TokenFactory.Web.Playground.Answers;

/// <summary>
/// An answer under way. It is read away from the page's own thread, so that a page is drawn as often as it likes and no token waits
/// for that; <see cref="Current"/> may be asked for at any time.
/// </summary>
public sealed class AnswerRun(Generation generation, AnswerSettings settings, ITokenizer tokenizer, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private readonly TokenLog? _log = settings.Sampling.Logprobs ? new TokenLog(tokenizer) : null;
    private int _tokens;
    private TimeSpan? _firstToken;
    private TimeSpan _lastToken;

    /// <summary>The answer so far; with the engine's own figures once it has ended.</summary>
    public Answer Current
    {
        get
        {
            GenerationOutcome? outcome = generation.Outcome;
            lock (_lock)
            {
                AnswerFigures figures = outcome is null
                    ? AnswerFigures.Running(generation.Request.Prompt.Length, _tokens, _firstToken, _lastToken)
                    : AnswerFigures.Final(outcome, settings);
                return new Answer(_text.ToString(), figures, outcome?.Error, _log);
            }
        }
    }

    /// <summary>Reads the answer to its end.</summary>
    /// <param name="changed">Called after each piece, on a pool thread; it must be cheap.</param>
    public async Task<Answer> ReadAsync(Action changed)
    {
        GenerationDelta delta = new();
        while (await generation.WaitAsync().ConfigureAwait(false))
        {
            generation.Read(ref delta);
            lock (_lock)
            {
                _lastToken = clock.GetElapsedTime(_startedAt);
                _firstToken ??= _lastToken;
                _tokens += delta.Tokens.Count;
                _log?.Add(delta);
                _text.Append(Encoding.UTF8.GetString(delta.Text.Span));
            }
            changed();
        }
        return Current;
    }

    /// <summary>Asks the engine to stop within a step; what was generated stays.</summary>
    public void Stop() => generation.Cancel();
}
