using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Serving.Unloads;

/// <summary>A request of a model that drains.</summary>
/// <param name="Request">The engine's view of it.</param>
/// <param name="FinishesIn">When it ends at the latest, as far as the measured speed holds; null where nothing is measured yet, and for a request that is held.</param>
public sealed record DrainingRequest(RequestSnapshot Request, TimeSpan? FinishesIn);

/// <summary>
/// When the requests of a draining replica end at the latest: the tokens that each may still get, over the tokens a second that a
/// running sequence got lately; those that wait follow in order as rows fall free. An upper bound, for most answers end before their
/// limit, and a batch that empties runs faster.
/// </summary>
public static class DrainForecast
{
    /// <summary>Seconds that the speed is measured over.</summary>
    public const int Window = 10;

    /// <summary>Tokens a second of one running sequence; null where none ran.</summary>
    /// <param name="seconds">The last whole seconds.</param>
    public static double? TokensPerSecondEach(ReadOnlySpan<RateSample> seconds)
    {
        long steps = 0;
        int active = 0;
        foreach (ref readonly RateSample second in seconds)
        {
            steps += second.Generated > 0 ? second.Steps : 0;
            active += second.Generated > 0 ? 1 : 0;
        }
        // A step gives every running sequence one token.
        return active > 0 ? (double)steps / active : null;
    }

    /// <summary>All requests of a replica, those that end first in front.</summary>
    /// <param name="engine">What is in it.</param>
    /// <param name="tokensPerSecondEach">As <see cref="TokensPerSecondEach"/>.</param>
    public static IReadOnlyList<DrainingRequest> Of(EngineSnapshot engine, double? tokensPerSecondEach)
    {
        List<DrainingRequest> forecast = [];
        PriorityQueue<bool, double> rows = new();
        for (int free = engine.Policy.Policy.MaxRunning - engine.Requests.Count(request => request.State == SequenceState.Running); free > 0; free--)
        {
            rows.Enqueue(true, 0);
        }
        foreach (RequestSnapshot request in engine.Requests.OrderBy(request => request.State != SequenceState.Running).ThenBy(request => request.Arrival))
        {
            if (request.State == SequenceState.Held || tokensPerSecondEach is not > 0)
            {
                forecast.Add(new DrainingRequest(request, null));
                continue;
            }
            double own = (request.MaxNewTokens - request.GeneratedTokens) / tokensPerSecondEach.Value;
            double start = request.State != SequenceState.Running && rows.TryDequeue(out _, out double falls) ? falls : 0;
            rows.Enqueue(true, start + own);
            forecast.Add(new DrainingRequest(request, TimeSpan.FromSeconds(start + own)));
        }
        return [.. forecast.OrderBy(request => request.FinishesIn ?? TimeSpan.MaxValue)];
    }
}
