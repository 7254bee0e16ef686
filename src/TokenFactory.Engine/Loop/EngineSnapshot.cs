using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>The engine between two steps: every request in it, and what its memory holds.</summary>
/// <param name="Requests">Those that run in order of admission, then those that wait, lane by lane and tenant by tenant, each tenant's as they would start, then those held.</param>
/// <param name="Shares">Where every tenant with work stands.</param>
/// <param name="WaitReason">What kept the next waiting request out at the last step.</param>
/// <param name="StartsPerSecond">How fast requests left the queue lately; 0 where none did.</param>
/// <param name="KvUsed">KV blocks that running requests hold.</param>
/// <param name="KvCached">KV blocks kept for reuse.</param>
/// <param name="KvFree">KV blocks with nothing in them.</param>
/// <param name="Policy">The batch policy in force.</param>
/// <param name="Draining">Whether new requests are refused.</param>
/// <param name="Effort">How long the engine's thread took to make this; whoever asks again soon takes that time from its steps.</param>
public sealed record EngineSnapshot(
    IReadOnlyList<RequestSnapshot> Requests,
    IReadOnlyList<ShareSnapshot> Shares,
    WaitReason WaitReason,
    double StartsPerSecond,
    int KvUsed,
    int KvCached,
    int KvFree,
    PolicyVersion Policy,
    bool Draining,
    TimeSpan Effort = default);

/// <summary>One request at the time of a snapshot.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="State">Whether it waits, runs or is held.</param>
/// <param name="Arrival">Its place by arrival among all requests of the engine since the start.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ComputedTokens">Leading tokens whose keys and values are in the cache.</param>
/// <param name="GeneratedTokens">Tokens generated.</param>
/// <param name="MaxNewTokens">Most tokens it may generate; 0 for an embedding.</param>
/// <param name="Age">Time since its arrival.</param>
/// <param name="StartedAfter">From its arrival to its first step; null before.</param>
/// <param name="FirstTokenAfter">From its arrival to its first token; null before.</param>
/// <param name="PreemptedAfter">From its arrival to each time that it gave up its row.</param>
/// <param name="ReaderBehind">Whether it waits for its reader.</param>
public sealed record RequestSnapshot(
    string Id,
    string Tenant,
    Lane Lane,
    SequenceState State,
    long Arrival,
    int PromptTokens,
    int ComputedTokens,
    int GeneratedTokens,
    int MaxNewTokens,
    TimeSpan Age,
    TimeSpan? StartedAfter,
    TimeSpan? FirstTokenAfter,
    IReadOnlyList<TimeSpan> PreemptedAfter,
    bool ReaderBehind)
{
    /// <summary>Whether its prompt is pooled and nothing is generated.</summary>
    public bool Embeds => MaxNewTokens == 0;
}
