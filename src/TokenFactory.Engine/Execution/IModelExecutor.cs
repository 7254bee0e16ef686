namespace TokenFactory.Engine.Execution;

/// <summary>
/// Computes steps of one model on one device. Steps run in the order submitted, so that a block written by a step may be read by any
/// later one. All members but <see cref="Device"/> and <see cref="Limits"/> are called by the engine loop's thread only.
/// </summary>
public interface IModelExecutor : IDisposable
{
    DeviceInfo Device { get; }

    ExecutorLimits Limits { get; }

    /// <summary>
    /// Enqueues a step and returns at once. The plan stays untouched by the caller until the step's result has been waited for; the
    /// block tables it names only grow while their sequences keep their rows, so entries below a slice's block count hold.
    /// At most <see cref="ExecutorLimits.StepsInFlight"/> steps may be outstanding.
    /// </summary>
    void Submit(StepPlan plan);

    /// <summary>
    /// Blocks until the oldest outstanding step is done. The result is valid until the next call of <see cref="Wait"/>.
    /// Throws <see cref="ExecutorException"/> when the step failed: nothing of any outstanding step counts then.
    /// </summary>
    StepResult Wait();
}
