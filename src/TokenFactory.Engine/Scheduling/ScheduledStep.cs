using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>A plan together with the sequences behind its slices, pooled.</summary>
public sealed class ScheduledStep
{
    private readonly Sequence[] _sequences;
    private int _count;
    private int _staleCount;

    public ScheduledStep(ExecutorLimits limits)
    {
        Plan = new StepPlan(limits.MaxStepTokens, limits.MaxSequences);
        _sequences = new Sequence[limits.MaxSequences];
    }

    public StepPlan Plan { get; }

    /// <summary>The sequence of each slice, in the plan's order.</summary>
    public ReadOnlySpan<Sequence> Sequences => _sequences.AsSpan(0, _count);

    /// <summary>Prompt tokens among those computed, also where a preempted sequence computes them again.</summary>
    public int PrefillTokens { get; internal set; }

    internal void Reset(long stepId)
    {
        _staleCount = Math.Max(_staleCount, _count);
        _count = 0;
        PrefillTokens = 0;
        Plan.Reset(stepId);
    }

    /// <summary>Ends the filling: nothing of an earlier step stays referred to.</summary>
    internal void Complete()
    {
        if (_staleCount > _count)
        {
            Array.Clear(_sequences, _count, _staleCount - _count);
        }
        _staleCount = _count;
        Plan.DropStale();
    }

    internal void Add(Sequence sequence) => _sequences[_count++] = sequence;
}
