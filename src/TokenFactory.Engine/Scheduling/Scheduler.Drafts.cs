using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Speculation;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// Speculation: a step that has little to compute also computes guesses of the next tokens, and verifies them. Guesses take only what
/// is idle: nobody gives way to them, and a step with prompt tokens has none.
/// </summary>
public sealed partial class Scheduler
{
    private readonly List<Sequence> _drafting = [];
    private readonly List<int> _draftCounts = [];
    private readonly int[] _drafts;

    /// <summary>Tokens that were drafted, since the start.</summary>
    public long Drafted { get; private set; }

    /// <summary>Those of them that were sampled.</summary>
    public long Accepted { get; private set; }

    /// <summary>
    /// Takes in how a slice with drafts came out: keys and values of as many of its tokens hold as were sampled, and its tenant is charged
    /// for the tokens that it got.
    /// </summary>
    /// <param name="sequence">Whose it is; it may have ended meanwhile.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="sampled">Tokens that were sampled, at least 1.</param>
    public void Settle(Sequence sequence, in StepSlice slice, int sampled)
    {
        int accepted = sampled - 1;
        Drafted += slice.Drafts;
        Accepted += accepted;
        sequence.Pace.Learn(slice.Drafts, accepted);
        if (sequence.State == SequenceState.Running)
        {
            sequence.ComputedCount = slice.Start + sampled;
            if (accepted > 0)
            {
                _waiting.Charge(sequence, accepted);
            }
        }
    }

    /// <summary>Keeps a sequence that waits for one token back until it is known whether the step has room for drafts of its next.</summary>
    private bool TryDefer(Sequence sequence, long stepId)
    {
        int most = Math.Min(Policy.DraftTokens, _limits.VerifiedRows - _running.Count);
        if (most <= 0 || !sequence.MayDraft || sequence.IsPooled || sequence.Sampling.IsConstrained || sequence.ComputedCount != sequence.Count - 1)
        {
            return false;
        }
        // It has its place in this step: nobody may preempt it from here on.
        sequence.PlannedStep = stepId;
        _drafting.Add(sequence);
        _budget--;
        return true;
    }

    /// <summary>Drafts for the sequences kept back; those without drafts become decode rows like the others.</summary>
    private void FindDrafts(ScheduledStep step)
    {
        _draftCounts.Clear();
        int room = _chunks.Count > 0 ? 0 : Math.Min(_budget, _limits.VerifiedRows - step.Plan.Slices.Length - _drafting.Count);
        int kept = 0;
        for (int i = 0; i < _drafting.Count; i++)
        {
            Sequence sequence = _drafting[i];
            int count = FindDrafts(sequence, room / (_drafting.Count - i), _drafts.AsSpan(_draftCounts.Count * Policy.DraftTokens));
            if (count == 0)
            {
                _budget++;
                AddSlice(step, sequence, 1);
                continue;
            }
            room -= count;
            _drafting[kept++] = sequence;
            _draftCounts.Add(count);
        }
        _drafting.RemoveRange(kept, _drafting.Count - kept);
    }

    private int FindDrafts(Sequence sequence, int most, Span<int> into)
    {
        int left = sequence.MaxNewTokens - sequence.GeneratedCount - 1;
        int count = Math.Min(Math.Min(most, Policy.DraftTokens), Math.Min(left, MaxContext - sequence.Count));
        if (count <= 0)
        {
            return 0;
        }
        count = sequence.Pace.Next(count);
        if (count == 0 || !HasBlocks(sequence, sequence.Count + count))
        {
            return 0;
        }
        return NgramDrafter.Find(sequence.Tokens, into[..count]);
    }

    /// <summary>Whether the sequence's blocks hold so many tokens, or could be made to without anybody giving way.</summary>
    private bool HasBlocks(Sequence sequence, int tokens)
    {
        int blocks = Blocks.BlocksFor(tokens);
        if (blocks > sequence.BlockCount)
        {
            if (!Blocks.TryGrow(sequence.Blocks, blocks))
            {
                return false;
            }
            sequence.BlockCount = blocks;
        }
        return true;
    }

    private void AddDrafted(ScheduledStep step)
    {
        for (int i = 0; i < _drafting.Count; i++)
        {
            Sequence sequence = _drafting[i];
            int drafts = _draftCounts[i];
            int start = sequence.ComputedCount;
            Span<int> tokens = step.Plan.Add(
                sequence.Row, start, 1 + drafts, sequence.IsFresh, sequence.Blocks, sequence.BlockCount, sequence.Sampling, drafts: drafts);
            tokens[0] = sequence.LastToken;
            _drafts.AsSpan(i * Policy.DraftTokens, drafts).CopyTo(tokens[1..]);
            step.Add(sequence);
            sequence.IsFresh = false;
            sequence.ComputedCount += 1 + drafts;
            sequence.PendingSamples++;
            _waiting.Charge(sequence, 1);
        }
    }
}
