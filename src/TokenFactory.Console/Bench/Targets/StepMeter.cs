using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>
/// Adds up what an engine's steps did, over all replicas: steps that computed only generated tokens, which have to read all weights for few
/// of them, apart from those that computed prompts too. Allocates nothing a step.
/// </summary>
internal sealed class StepMeter : IEngineObserver
{
    private readonly Lock _lock = new();
    private StepTotals _decode;
    private StepTotals _prefill;
    private double _joules = double.NaN;
    private double _kvSeconds;
    private long _kvPeak;
    private IReadOnlyList<EngineLoop> _replicas = [];

    /// <summary>Begins anew.</summary>
    /// <param name="replicas">Those whose KV memory is looked at.</param>
    public void Begin(IReadOnlyList<EngineLoop> replicas)
    {
        lock (_lock)
        {
            _replicas = replicas;
            (_decode, _prefill) = (default, default);
            (_joules, _kvSeconds, _kvPeak) = (double.NaN, 0, 0);
        }
    }

    /// <summary>What there was since the beginning.</summary>
    public EngineUse Read()
    {
        lock (_lock)
        {
            double seconds = _decode.Seconds + _prefill.Seconds;
            return new EngineUse(_decode, _prefill, seconds > 0 ? _kvSeconds / seconds : 0, _kvPeak, double.IsNaN(_joules) ? null : _joules);
        }
    }

    public void OnStep(in StepReport report)
    {
        lock (_lock)
        {
            double seconds = report.ComputeTime.TotalSeconds;
            ref StepTotals totals = ref report.PrefillTokens > 0 ? ref _prefill : ref _decode;
            totals.Add(report, seconds);
            long used = 0;
            for (int i = 0; i < _replicas.Count; i++)
            {
                used += _replicas[i].Status.KvUsed;
            }
            _kvSeconds += used * seconds;
            _kvPeak = Math.Max(_kvPeak, used);
            if (report.Joules is { } joules)
            {
                _joules = joules + (double.IsNaN(_joules) ? 0 : _joules);
            }
        }
    }

    public void OnFinished(Generation generation, GenerationOutcome outcome)
    {
    }
}

/// <summary>Sums over steps.</summary>
internal record struct StepTotals
{
    public int Steps { get; private set; }

    /// <summary>Time that devices worked, in seconds.</summary>
    public double Seconds { get; private set; }

    /// <summary>Tokens computed.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens sampled, each from a row of logits.</summary>
    public long Sampled { get; private set; }

    /// <summary>Sequences of a step times its seconds.</summary>
    public double RowSeconds { get; private set; }

    /// <summary>As <see cref="StepWork.PositionsRead"/>.</summary>
    public long PositionsRead { get; private set; }

    /// <summary>As <see cref="StepWork.PairsScored"/>.</summary>
    public long PairsScored { get; private set; }

    public void Add(in StepReport report, double seconds)
    {
        Steps++;
        Seconds += seconds;
        Tokens += report.Work.Tokens;
        Sampled += report.GeneratedTokens;
        RowSeconds += report.Rows * seconds;
        PositionsRead += report.Work.PositionsRead;
        PairsScored += report.Work.PairsScored;
    }
}

/// <summary>What an engine did and held in a run.</summary>
/// <param name="Decode">Steps without prompt tokens.</param>
/// <param name="Prefill">Steps with prompt tokens.</param>
/// <param name="KvMean">KV blocks that running requests held, in the mean over the steps' time.</param>
/// <param name="KvPeak">The most at a step.</param>
/// <param name="Joules">Energy of the steps; null where nothing measures it.</param>
internal sealed record EngineUse(StepTotals Decode, StepTotals Prefill, double KvMean, long KvPeak, double? Joules)
{
    /// <summary>KV blocks that there are.</summary>
    public long KvBlocks { get; init; }

    /// <summary>Sequences that can run at once, over all replicas.</summary>
    public int Places { get; init; }

    public int Replicas { get; init; } = 1;

    /// <summary>Times that a running request gave up its place.</summary>
    public long Preemptions { get; init; }

    /// <summary>Tokens that were guessed ahead and verified.</summary>
    public long Drafted { get; init; }

    /// <summary>Those of them that were right.</summary>
    public long Accepted { get; init; }
}
