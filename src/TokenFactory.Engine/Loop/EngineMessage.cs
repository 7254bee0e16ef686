using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>What the world tells the engine loop; drained before each step.</summary>
internal abstract record EngineMessage
{
    /// <summary>The generation that it is for wherever that is computed by now; null where it is for the replica it was sent to.</summary>
    public virtual Generation? Follows => null;

    public sealed record Submit(Generation Generation) : EngineMessage;

    public sealed record Cancel(Generation Generation, FinishReason Reason) : EngineMessage
    {
        public override Generation? Follows => Generation;
    }

    public sealed record ReaderCaughtUp(Generation Generation) : EngineMessage
    {
        public override Generation? Follows => Generation;
    }

    /// <summary>Goes on with a generation that another replica failed to compute.</summary>
    /// <param name="Generation">Its reader keeps it.</param>
    /// <param name="Left">What the other replica had of it, which no longer uses it.</param>
    /// <param name="IsHeld">Whether an operator has put it aside.</param>
    public sealed record TakeOver(Generation Generation, Sequence Left, bool IsHeld) : EngineMessage;

    public sealed record ChangePolicy(BatchPolicy Policy, string Author, string Reason, TaskCompletionSource<PolicyVersion> Done) : EngineMessage;

    public sealed record Drain(TaskCompletionSource Done) : EngineMessage;

    public sealed record Resume : EngineMessage;

    public sealed record Snapshot(TaskCompletionSource<EngineSnapshot> Done) : EngineMessage;

    public sealed record Operate(string RequestId, RequestOperation Operation, TaskCompletionSource<bool> Done) : EngineMessage;

    public sealed record Stop : EngineMessage;
}
