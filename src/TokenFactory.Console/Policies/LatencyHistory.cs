using System.Collections.Concurrent;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Policies;

/// <summary>What a model's requests experienced in a span of time.</summary>
/// <param name="Requests">Requests that ended by their own rules.</param>
/// <param name="TokensPerSecond">Their tokens over the span.</param>
/// <param name="FirstP50">Median time to first token; null where none ended.</param>
/// <param name="FirstP95">95th percentile of it.</param>
/// <param name="BetweenP50">Median of the requests' mean times between tokens.</param>
/// <param name="BetweenP95">95th percentile of it.</param>
public sealed record LatencyFigures(
    int Requests, double TokensPerSecond, TimeSpan? FirstP50, TimeSpan? FirstP95, TimeSpan? BetweenP50, TimeSpan? BetweenP95);

/// <summary>Remembers how the newest requests of each model went, so that two spans of time can be compared.</summary>
public sealed class LatencyHistory(TimeProvider clock) : IEngineObserver
{
    // At 100 requests a second the newest 80 seconds; both sides of a comparison are bounded alike.
    private const int Kept = 8192;

    private readonly ConcurrentDictionary<string, Ring> _models = new();

    public void OnStep(in StepReport report)
    {
        // Requests are looked at as a whole, when they end.
    }

    public void OnFinished(Generation generation, GenerationOutcome outcome)
    {
        if (outcome is { Reason: FinishReason.Stop or FinishReason.Length, FirstTokenTime: { } first })
        {
            TimeSpan? between = outcome.GeneratedTokens > 1 ? (outcome.TotalTime - first) / (outcome.GeneratedTokens - 1) : null;
            _models.GetOrAdd(generation.Model, static _ => new Ring()).Add(new Sample(clock.GetUtcNow(), first, between, outcome.GeneratedTokens));
        }
    }

    /// <summary>The requests of a model that ended from <paramref name="from"/> up to but not at <paramref name="to"/>.</summary>
    public LatencyFigures Read(string model, DateTimeOffset from, DateTimeOffset to)
    {
        List<Sample> samples = _models.TryGetValue(model, out Ring? ring) ? ring.Read(from, to) : [];
        TimeSpan[] firsts = [.. samples.Select(sample => sample.First).Order()];
        TimeSpan[] betweens = [.. samples.Select(sample => sample.Between).OfType<TimeSpan>().Order()];
        double seconds = Math.Max(0.001, (to - from).TotalSeconds);
        return new LatencyFigures(
            samples.Count, samples.Sum(sample => (long)sample.Tokens) / seconds, At(firsts, 0.5), At(firsts, 0.95), At(betweens, 0.5), At(betweens, 0.95));
    }

    /// <summary>The value below which a share of all lies (nearest rank).</summary>
    private static TimeSpan? At(TimeSpan[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private readonly record struct Sample(DateTimeOffset At, TimeSpan First, TimeSpan? Between, int Tokens);

    private sealed class Ring
    {
        private readonly Lock _lock = new();
        private readonly Sample[] _samples = new Sample[Kept];
        private long _count;

        public void Add(Sample sample)
        {
            lock (_lock)
            {
                _samples[_count++ % Kept] = sample;
            }
        }

        public List<Sample> Read(DateTimeOffset from, DateTimeOffset to)
        {
            lock (_lock)
            {
                return [.. _samples.Take((int)Math.Min(_count, Kept)).Where(sample => sample.At >= from && sample.At < to)];
            }
        }
    }
}
