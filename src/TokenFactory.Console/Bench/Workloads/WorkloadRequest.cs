namespace TokenFactory.Web.Bench.Workloads;

/// <summary>One request of a workload.</summary>
/// <param name="PromptTokens">Tokens of its prompt, at least 1.</param>
/// <param name="OutputTokens">Tokens that are generated for it, at least 1.</param>
/// <param name="At">When it is sent, from the beginning; null: as soon as one before it has ended.</param>
/// <param name="Blocks">Names of its prompt's blocks of <see cref="PromptMaker.BlockTokens"/> tokens: equal names at the front of two prompts are equal tokens. Null where nothing is known to be shared.</param>
internal readonly record struct WorkloadRequest(int PromptTokens, int OutputTokens, TimeSpan? At = null, IReadOnlyList<int>? Blocks = null);
