using TokenFactory.Engine.Execution;

namespace TokenFactory.Benchmarks;

/// <summary>Computes nothing and samples one token everywhere.</summary>
/// <param name="limits">What it says it can hold.</param>
/// <param name="token">The token.</param>
/// <param name="step">Takes a step's time.</param>
internal sealed class NullExecutor(ExecutorLimits limits, int token, Action step) : IModelExecutor
{
    private readonly StepResult _result = new(limits.MaxSequences);
    private StepPlan? _plan;

    public DeviceInfo Device { get; } = new("null:0", "null", "none", "none", 0);

    public ExecutorLimits Limits => limits;

    public void Submit(StepPlan plan) => _plan = plan;

    public StepResult Wait()
    {
        step();
        _result.Reset(_plan!.StepId);
        ReadOnlySpan<StepSlice> slices = _plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            if (slices[i].Sampling is { } sampling)
            {
                sampling.Accept(token);
                _result.Add(i, token, 0);
            }
        }
        return _result;
    }

    public void Dispose()
    {
    }
}
