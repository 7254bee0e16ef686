namespace TokenFactory.Engine.Execution;

/// <summary>
/// What an executor can hold and compute, measured when its model was loaded. It is the ceiling for every
/// batch policy, and all that the scheduler knows of the device.
/// </summary>
public sealed record ExecutorLimits
{
    /// <summary>Tokens whose keys and values one KV block holds.</summary>
    public required int BlockSize { get; init; }

    /// <summary>KV blocks on the device. Block ids run from 0 to <c>BlockCount - 1</c>.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Most sequences that run at once. Rows run from 0 to <c>MaxSequences - 1</c>.</summary>
    public required int MaxSequences { get; init; }

    /// <summary>Most tokens that one step computes, over all slices.</summary>
    public required int MaxStepTokens { get; init; }

    /// <summary>Most slices of a step that hold more than one token (prefill chunks); single-token slices are bounded by rows only.</summary>
    public required int MaxChunks { get; init; }

    /// <summary>Longest sequence, prompt and generated tokens together.</summary>
    public required int MaxContext { get; init; }

    /// <summary>Logits of a row; token ids run from 0 to <c>VocabularySize - 1</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>
    /// Steps that may be submitted and not yet waited for: 1, or 2 where the executor feeds a row's last sampled token to its next
    /// step on the device (<see cref="StepPlan.LastSampled"/>).
    /// </summary>
    public int StepsInFlight { get; init; } = 1;

    /// <summary>
    /// Rows of a step up to which one more costs next to nothing, because the step waits for the weights: draft tokens fill a step that
    /// has fewer. 0 where the executor verifies no drafts; an executor that takes two steps at a time verifies none.
    /// </summary>
    public int VerifiedRows { get; init; }

    /// <summary>Numbers of a pooled vector (<see cref="StepSlice.Pools"/>); 0 where the executor pools nothing.</summary>
    public int PooledWidth { get; init; }

    /// <summary>Most tokens that a step samples: one a sequence, and one more for each draft that it verifies.</summary>
    public int MaxSamples => MaxSequences + VerifiedRows;

    /// <summary>Throws <see cref="ArgumentException"/> naming the first limit that makes no sense.</summary>
    public void Validate()
    {
        RequirePositive(BlockSize, nameof(BlockSize));
        RequirePositive(BlockCount, nameof(BlockCount));
        RequirePositive(MaxSequences, nameof(MaxSequences));
        RequirePositive(MaxStepTokens, nameof(MaxStepTokens));
        RequirePositive(MaxChunks, nameof(MaxChunks));
        RequirePositive(MaxContext, nameof(MaxContext));
        RequirePositive(VocabularySize, nameof(VocabularySize));
        if (StepsInFlight is < 1 or > 2)
        {
            throw new ArgumentException($"{nameof(StepsInFlight)} is {StepsInFlight}; an executor takes 1 or 2 steps at a time.");
        }
        if (VerifiedRows < 0 || (VerifiedRows > 0 && StepsInFlight > 1))
        {
            throw new ArgumentException($"{nameof(VerifiedRows)} is {VerifiedRows} with {StepsInFlight} steps in flight; drafts are verified one step at a time.");
        }
        if (PooledWidth < 0)
        {
            throw new ArgumentException($"{nameof(PooledWidth)} is {PooledWidth}; it is 0 where nothing is pooled.");
        }
    }

    private static void RequirePositive(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentException($"{name} is {value}; an executor needs at least 1.");
        }
    }
}
