using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>The steps between the scheduler and the executor: as many under way as the executor takes, in order.</summary>
internal sealed class StepPipeline
{
    private readonly IModelExecutor _executor;
    private readonly Scheduler _scheduler;
    private readonly GenerationBook _book;
    private readonly RateHistory _rates;
    private readonly TimeProvider _clock;
    private readonly Func<double?>? _watts;
    private readonly IReadOnlyList<IEngineObserver> _observers;
    private readonly Queue<ScheduledStep> _underWay = new(2);
    private readonly Stack<ScheduledStep> _free = new(3);
    private long _stepId;

    public StepPipeline(
        IModelExecutor executor, Scheduler scheduler, GenerationBook book, RateHistory rates, EngineOptions options, IReadOnlyList<IEngineObserver> observers)
    {
        _executor = executor;
        _scheduler = scheduler;
        _book = book;
        _rates = rates;
        _clock = options.Clock;
        _watts = options.Watts;
        _observers = observers;
        for (int i = 0; i < executor.Limits.StepsInFlight; i++)
        {
            _free.Push(new ScheduledStep(executor.Limits));
        }
    }

    public bool IsBusy => _underWay.Count > 0;

    /// <summary>Schedules a step and hands it over, where one more may be under way and there is something to compute.</summary>
    public bool TrySubmit()
    {
        if (_free.Count == 0 || !_scheduler.HasWork)
        {
            return false;
        }
        ScheduledStep step = _free.Peek();
        _scheduler.Schedule(step, ++_stepId, _clock.GetTimestamp());
        if (step.Plan.IsEmpty)
        {
            return false;
        }
        _free.Pop();
        _underWay.Enqueue(step);
        _executor.Submit(step.Plan);
        return true;
    }

    /// <summary>Waits for the oldest step and takes in its tokens.</summary>
    public void Complete()
    {
        StepResult result = _executor.Wait();
        ScheduledStep step = _underWay.Dequeue();
        _free.Push(step);
        // An executor that can measure a step's energy itself knows better than the power over its time.
        result.Joules ??= _watts?.Invoke() * result.ComputeTime.TotalSeconds;
        int cached = _book.TakeIn(step, result);
        Report(step, result, cached);
    }

    /// <summary>Forgets the steps under way after a failure: none of their tokens counts.</summary>
    public void Abandon()
    {
        while (_underWay.TryDequeue(out ScheduledStep? step))
        {
            foreach (Sequence sequence in step.Sequences)
            {
                sequence.PendingSamples = 0;
            }
            _free.Push(step);
        }
    }

    private void Report(ScheduledStep step, StepResult result, int cached)
    {
        _book.Status.MarkStep();
        int rows = step.Sequences.Length;
        _rates.Add(
            _clock.GetUtcNow().ToUnixTimeSeconds(), step.PrefillTokens, cached, result.Samples.Length, rows, result.ComputeTime.TotalMilliseconds, result.Joules ?? 0);
        StepReport report = new(_executor.Device, step.PrefillTokens, result.Samples.Length, rows, result.ComputeTime, result.Joules, StepWork.Of(step.Plan.Slices));
        foreach (IEngineObserver observer in _observers)
        {
            observer.OnStep(report);
        }
    }
}
