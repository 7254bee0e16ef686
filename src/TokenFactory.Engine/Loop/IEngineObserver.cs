using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// Hears what the engine did, on the engine's own thread: an implementation returns at once, throws nothing and allocates nothing per
/// token.
/// </summary>
public interface IEngineObserver
{
    /// <summary>A step was completed.</summary>
    void OnStep(in StepReport report);

    /// <summary>A generation ended; its outcome is set.</summary>
    void OnFinished(Generation generation, GenerationOutcome outcome);
}

/// <summary>What one step did.</summary>
/// <param name="Device">Where.</param>
/// <param name="PrefillTokens">Prompt tokens computed.</param>
/// <param name="GeneratedTokens">Tokens generated.</param>
/// <param name="Rows">Sequences in the step.</param>
/// <param name="ComputeTime">How long the device worked.</param>
/// <param name="Joules">Energy drawn, or null where nothing measures it.</param>
public readonly record struct StepReport(
    DeviceInfo Device, int PrefillTokens, int GeneratedTokens, int Rows, TimeSpan ComputeTime, double? Joules);
