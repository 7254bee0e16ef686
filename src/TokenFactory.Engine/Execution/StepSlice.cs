using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Execution;

/// <summary>One sequence's part of a step: <see cref="Count"/> consecutive tokens at positions <c>[Start, Start + Count)</c>.</summary>
public struct StepSlice
{
    /// <summary>The sequence's row, in <c>[0, MaxSequences)</c>. It keeps the row as long as it runs.</summary>
    public int Row;

    /// <summary>Where its tokens begin in <see cref="StepPlan.Tokens"/>.</summary>
    public int TokenOffset;

    /// <summary>Tokens to compute, at least 1.</summary>
    public int Count;

    /// <summary>Position of the first of them; keys and values of <c>[0, Start)</c> are in the cache.</summary>
    public int Start;

    /// <summary>
    /// The row belongs to a new sequence since its last slice. Keys and values of <c>[0, Start)</c>, a whole number of blocks, lie in
    /// the blocks named first in <see cref="Blocks"/>, computed by other sequences of earlier steps.
    /// </summary>
    public bool Fresh;

    /// <summary>The KV blocks of the sequence in order of position. Block <c>i</c> holds positions <c>[i * BlockSize, (i + 1) * BlockSize)</c>.</summary>
    public KvBlockTable Blocks;

    /// <summary>Entries of <see cref="Blocks"/> that this slice may touch; they cover <c>Start + Count</c> tokens.</summary>
    public int BlockCount;

    /// <summary>
    /// How many of its last tokens are drafts, guesses of what will be sampled: the token before each is sampled from, and the next draft
    /// only where the sample is equal to the one before. Keys and values of rejected drafts are written, and written over by a later step.
    /// </summary>
    public int Drafts;

    /// <summary>How to sample the token after the last of the slice, and after each before a draft; null where the slice ends inside the prompt and nothing is sampled.</summary>
    public SamplingState? Sampling;

    /// <summary>
    /// Whether the slice's last token is pooled: the result has its hidden state after the model's final norm. Never together with
    /// <see cref="Sampling"/>.
    /// </summary>
    public bool Pools;

    public readonly bool Samples => Sampling is not null;

    /// <summary>Rows whose logits are wanted: the last token's, and those of the tokens before each draft.</summary>
    public readonly int SampledRows => Samples ? 1 + Drafts : 0;
}
