using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Tests.Scheduling;

/// <summary>A scheduler by itself: time passes when told, and a step's samples are the token 1.</summary>
internal sealed class SchedulerBench
{
    public const long TicksPerSecond = 1000;

    private readonly ScheduledStep _step;
    private long _stepId;
    private long _nextId = 1;

    public SchedulerBench(ExecutorLimits limits, BatchPolicy? policy = null, long ticksPerSecond = TicksPerSecond)
    {
        Scheduler = new Scheduler(limits, policy ?? BatchPolicy.For(limits), ticksPerSecond);
        _step = new ScheduledStep(limits);
    }

    public Scheduler Scheduler { get; }

    public long Now { get; set; } = 1;

    public ScheduledStep Step => _step;

    public Sequence Add(int prompt, int maxNewTokens = 1000, string tenant = "t", Lane lane = Lane.Interactive, double weight = 1, int firstToken = -1)
    {
        // Each prompt begins with a token of its own, so that prefixes are shared only where a test asks for it.
        int[] tokens = [firstToken >= 0 ? firstToken : (int)(_nextId % 30000), .. Enumerable.Range(0, prompt - 1)];
        Sequence sequence = new(_nextId++, lane, tokens, maxNewTokens, new SamplingState(SamplingParameters.Greedy, tokens, maxNewTokens)) { ArrivedAt = Now };
        Scheduler.Add(sequence, tenant, weight);
        return sequence;
    }

    /// <summary>Schedules a step without completing it.</summary>
    public ScheduledStep Schedule()
    {
        Scheduler.Schedule(_step, ++_stepId, Now);
        return _step;
    }

    /// <summary>Appends a token to each sequence that samples, ending those that have all theirs.</summary>
    public void Complete()
    {
        ReadOnlySpan<StepSlice> slices = _step.Plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            Sequence sequence = _step.Sequences[i];
            if (slices[i].Sampling is null)
            {
                continue;
            }
            sequence.PendingSamples--;
            sequence.Append(1);
            if (sequence.GeneratedCount >= sequence.MaxNewTokens)
            {
                Scheduler.Finish(sequence, FinishReason.Length);
            }
        }
    }

    public ScheduledStep Run()
    {
        Schedule();
        Complete();
        return _step;
    }
}
