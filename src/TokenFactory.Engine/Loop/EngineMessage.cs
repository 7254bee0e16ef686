using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>What the world tells the engine loop; drained before each step.</summary>
internal abstract record EngineMessage
{
    public sealed record Submit(Generation Generation) : EngineMessage;

    public sealed record Cancel(Generation Generation, FinishReason Reason) : EngineMessage;

    public sealed record ReaderCaughtUp(Generation Generation) : EngineMessage;

    public sealed record ChangePolicy(BatchPolicy Policy, string Author, string Reason, TaskCompletionSource<PolicyVersion> Done) : EngineMessage;

    public sealed record Drain(TaskCompletionSource Done) : EngineMessage;

    public sealed record Resume : EngineMessage;

    public sealed record Snapshot(TaskCompletionSource<EngineSnapshot> Done) : EngineMessage;

    public sealed record Operate(string RequestId, RequestOperation Operation, TaskCompletionSource<bool> Done) : EngineMessage;

    public sealed record Stop : EngineMessage;
}
