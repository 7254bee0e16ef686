using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>A scheduler with one sequence whose text goes in circles: tokens are drafted at every step, and some are rejected.</summary>
internal static class DraftLoad
{
    private const int Period = 7;

    private static readonly ExecutorLimits Limits = new()
    {
        BlockSize = 16,
        BlockCount = 4096,
        MaxSequences = 4,
        MaxStepTokens = 512,
        MaxChunks = 4,
        MaxContext = 32 * 1024,
        VocabularySize = 32_000,
        VerifiedRows = 6,
    };

    /// <summary>Bytes allocated per step, of which most generate several tokens.</summary>
    public static double MeasureAllocation()
    {
        Scheduler scheduler = new(Limits, BatchPolicy.For(Limits), ticksPerSecond: 1000);
        ScheduledStep step = new(Limits);
        int[] prompt = [.. Enumerable.Range(0, 5000).Select(i => i % Period)];
        Sequence sequence = new(1, Lane.Interactive, prompt, 20_000, new SamplingState(SamplingParameters.Greedy, prompt, 20_000)) { ArrivedAt = 1, MayDraft = true };
        scheduler.Add(sequence, "t", weight: 1);
        long stepId = 0;
        double bytes = HotPaths.PerToken(
            () =>
            {
                scheduler.Schedule(step, ++stepId, stepId);
                StepSlice slice = step.Plan.Slices[0];
                if (!slice.Samples)
                {
                    return;
                }
                sequence.PendingSamples--;
                // Now and then the last draft is wrong.
                int sampled = slice.Drafts > 0 && stepId % 5 == 0 ? slice.Drafts : slice.Drafts + 1;
                if (slice.Drafts > 0)
                {
                    scheduler.Settle(sequence, slice, sampled);
                }
                for (int i = 0; i < sampled; i++)
                {
                    sequence.Append(sequence.Count % Period);
                }
            },
            warmUps: 50,
            times: 500,
            tokensEach: 1);
        return scheduler.Accepted > 500 ? bytes : throw new InvalidOperationException("Next to nothing was drafted.");
    }
}
