using System.Text;
using Microsoft.Extensions.AI;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;
using TokenFactory.Web.Playground.Tokens;

namespace TokenFactory.Web.Playground.Answers;

/// <summary>
/// An answer under way. It is read away from the page's own thread, so that a page is drawn as often as it likes and no token waits
/// for that; <see cref="Current"/> may be asked for at any time.
/// </summary>
/// <param name="settings">How the answer is made.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="clock">Measures it.</param>
public sealed class AnswerRun(AnswerSettings settings, ITokenizer tokenizer, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private readonly TokenLog? _log = settings.Sampling.Logprobs ? new TokenLog(tokenizer) : null;
    private volatile Generation? _generation;
    private int _tokens;
    private TimeSpan? _firstToken;
    private TimeSpan _lastToken;

    /// <summary>The answer so far; with the engine's own figures once it has ended.</summary>
    public Answer Current
    {
        get
        {
            Generation? generation = _generation;
            GenerationOutcome? outcome = generation?.Outcome;
            lock (_lock)
            {
                AnswerFigures figures = outcome is null
                    ? AnswerFigures.Running(generation?.Request.Prompt.Length ?? 0, _tokens, _firstToken, _lastToken)
                    : AnswerFigures.Final(outcome, settings);
                return new Answer(_text.ToString(), figures, outcome?.Error, _log) { Reasoning = _reasoning.ToString() };
            }
        }
    }

    /// <summary>Asks, and reads the answer to its end, whichever it is.</summary>
    /// <param name="ask">Asks a client of the engine; it is given what <see cref="Stop"/> cancels.</param>
    /// <param name="changed">Called after each piece, on a pool thread; it must be cheap.</param>
    /// <exception cref="ApiException">The request was refused, and nothing was computed.</exception>
    public async Task<Answer> ReadAsync(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> ask, Action changed)
    {
        try
        {
            await foreach (ChatResponseUpdate update in ask(_stop.Token).ConfigureAwait(false))
            {
                Add(update);
                changed();
            }
        }
        catch (OperationCanceledException) when (_generation is not null)
        {
            // Stopped: what there is of it stays.
        }
        catch (ApiException) when (_generation is not null)
        {
            // Broken off: the outcome says why.
        }
        return Current;
    }

    /// <summary>Asks the engine to stop within a step; what was generated stays.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    private void Add(ChatResponseUpdate update)
    {
        EngineUpdate raw = (EngineUpdate)update.RawRepresentation!;
        _generation = raw.Generation;
        lock (_lock)
        {
            foreach (AIContent content in update.Contents)
            {
                _text.Append((content as TextContent)?.Text);
                _reasoning.Append((content as TextReasoningContent)?.Text);
            }
            if (raw.Delta.Tokens.Count > 0)
            {
                _lastToken = clock.GetElapsedTime(_startedAt);
                _firstToken ??= _lastToken;
                _tokens += raw.Delta.Tokens.Count;
                _log?.Add(raw.Delta);
            }
        }
    }
}
