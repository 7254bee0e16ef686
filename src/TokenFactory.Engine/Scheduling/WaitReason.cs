namespace TokenFactory.Engine.Scheduling;

/// <summary>Why the next waiting sequence was not let in at a step.</summary>
public enum WaitReason
{
    /// <summary>Nothing waits, or what waits starts at the next step.</summary>
    None,

    /// <summary>As many sequences run as the policy or the executor allows.</summary>
    RunningLimit,

    /// <summary>Too few KV blocks are free or cached for its prompt.</summary>
    KvBlocks,

    /// <summary>Other prompts take the step's prefill chunks.</summary>
    ChunkLimit,

    /// <summary>The step's token budget is spent.</summary>
    TokenBudget,
}
