using System.Text;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Playground;

/// <summary>One answer: its text as it comes, its rates, and how it ended.</summary>
/// <param name="clock">Measures.</param>
/// <param name="changed">Called whenever there is more to see.</param>
public sealed class PlaygroundRun(TimeProvider clock, Action changed)
{
    private readonly StringBuilder _text = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private Generation? _generation;

    /// <summary>The answer so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Tokens generated so far.</summary>
    public int Tokens { get; private set; }

    /// <summary>From asking to the first token.</summary>
    public TimeSpan? FirstToken { get; private set; }

    /// <summary>From the first token to the last seen.</summary>
    public TimeSpan Generating { get; private set; }

    /// <summary>How it ended; null while it goes on, and where the request was refused.</summary>
    public GenerationOutcome? Outcome { get; private set; }

    /// <summary>Why the request was refused or failed, in words; null where it was not.</summary>
    public string? Problem { get; private set; }

    public bool IsOver => Outcome is not null || Problem is not null;

    /// <summary>Tokens a second after the first token; null before there are two.</summary>
    public double? TokensPerSecond => Tokens > 1 && Generating > TimeSpan.Zero ? (Tokens - 1) / Generating.TotalSeconds : null;

    /// <summary>Submits the request and gathers the answer to its end.</summary>
    public async Task GoAsync(EngineLoop engine, GenerationRequest request)
    {
        if (engine.TrySubmit(request, out _generation) is { } rejection)
        {
            Refuse(rejection.Message);
            return;
        }
        GenerationDelta delta = new();
        while (await _generation!.WaitAsync())
        {
            _generation.Read(ref delta);
            FirstToken ??= clock.GetElapsedTime(_startedAt);
            Generating = clock.GetElapsedTime(_startedAt) - FirstToken.Value;
            Tokens += delta.Tokens.Count;
            _text.Append(Encoding.UTF8.GetString(delta.Text.Span));
            changed();
        }
        Problem = _generation.Outcome!.Error;
        Outcome = _generation.Outcome;
        changed();
    }

    /// <summary>Ends it before it has begun.</summary>
    public void Refuse(string problem)
    {
        Problem = problem;
        changed();
    }

    /// <summary>Asks the engine to stop; what has come stays.</summary>
    public void Stop() => _generation?.Cancel();
}
