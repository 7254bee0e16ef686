using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>A scheduler by itself with a full house of decoding sequences over fifty tenants and three lanes.</summary>
internal sealed class SchedulerLoad
{
    private readonly Scheduler _scheduler;
    private readonly ScheduledStep _step;
    private long _stepId;

    private SchedulerLoad(ExecutorLimits limits)
    {
        _scheduler = new Scheduler(limits, BatchPolicy.For(limits), ticksPerSecond: 1000);
        _step = new ScheduledStep(limits);
    }

    public int LiveSequences => _scheduler.RunningCount;

    public static SchedulerLoad Create(int sequences)
    {
        ExecutorLimits limits = new()
        {
            BlockSize = 16,
            BlockCount = sequences * 64,
            MaxSequences = sequences,
            MaxStepTokens = sequences + 8192,
            MaxChunks = sequences,
            MaxContext = 1024,
            VocabularySize = 32_000,
        };
        SchedulerLoad load = new(limits);
        for (int i = 0; i < sequences; i++)
        {
            int[] prompt = [i, .. Enumerable.Range(0, 31)];
            Sequence sequence = new(i + 1, (Lane)(i % 3), prompt, 900, new SamplingState(SamplingParameters.Greedy, prompt, 900)) { ArrivedAt = 1 };
            load._scheduler.Add(sequence, $"tenant {i % 50}", weight: 1);
        }
        while (load._scheduler.WaitingCount > 0)
        {
            load.Run();
        }
        return load;
    }

    /// <summary>Schedules a step and appends a token to every sequence that sampled.</summary>
    public void Run()
    {
        Schedule();
        Append();
    }

    public void Schedule() => _scheduler.Schedule(_step, ++_stepId, now: _stepId);

    public void Append()
    {
        ReadOnlySpan<StepSlice> slices = _step.Plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            if (slices[i].Samples)
            {
                _step.Sequences[i].PendingSamples--;
                _step.Sequences[i].Append(1);
            }
        }
    }
}
