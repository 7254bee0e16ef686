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
/// <param name="Work">What there was to compute.</param>
public readonly record struct StepReport(
    DeviceInfo Device, int PrefillTokens, int GeneratedTokens, int Rows, TimeSpan ComputeTime, double? Joules, StepWork Work = default);

/// <summary>What a step had to compute, whatever computed it: by this its time can be held against what the machine could do.</summary>
/// <param name="Tokens">Tokens computed, of prompts and generated ones.</param>
/// <param name="PositionsRead">Positions whose keys and values its sequences attend to, each sequence's counted once.</param>
/// <param name="PairsScored">Pairs of a token and a position that it attends to, summed over its tokens.</param>
public readonly record struct StepWork(int Tokens, long PositionsRead, long PairsScored)
{
    /// <summary>Of the slices of a plan; what a sliding window leaves out is counted as if it were not.</summary>
    public static StepWork Of(ReadOnlySpan<StepSlice> slices)
    {
        int tokens = 0;
        long positions = 0;
        long pairs = 0;
        foreach (ref readonly StepSlice slice in slices)
        {
            tokens += slice.Count;
            positions += slice.Start + slice.Count;
            pairs += ((long)slice.Start * slice.Count) + ((long)slice.Count * (slice.Count + 1) / 2);
        }
        return new StepWork(tokens, positions, pairs);
    }
}
