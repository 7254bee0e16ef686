using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>The engine between two steps: every request in it, and what its memory holds.</summary>
public sealed record EngineSnapshot(
    IReadOnlyList<RequestSnapshot> Running,
    IReadOnlyList<RequestSnapshot> Waiting,
    WaitReason WaitReason,
    int KvUsed,
    int KvCached,
    int KvFree,
    PolicyVersion Policy,
    bool Draining);

/// <summary>One request at the time of a snapshot.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ComputedTokens">Leading tokens whose keys and values are in the cache.</param>
/// <param name="GeneratedTokens">Tokens generated.</param>
/// <param name="MaxNewTokens">Most tokens it may generate.</param>
/// <param name="Age">Time since its arrival.</param>
/// <param name="Preemptions">How often it gave way.</param>
/// <param name="ReaderBehind">Whether it waits for its reader.</param>
public sealed record RequestSnapshot(
    string Id,
    string Tenant,
    Lane Lane,
    int PromptTokens,
    int ComputedTokens,
    int GeneratedTokens,
    int MaxNewTokens,
    TimeSpan Age,
    int Preemptions,
    bool ReaderBehind);
