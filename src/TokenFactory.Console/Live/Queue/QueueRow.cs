using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Queue;

/// <summary>A request as the queue shows it.</summary>
/// <param name="Model">The model that is asked.</param>
/// <param name="Device">The replica's device.</param>
/// <param name="Request">The engine's view of it.</param>
/// <param name="Position">How many start before it; null where it does not wait.</param>
/// <param name="ExpectedStart">When it is likely to start, from how fast requests started lately; null where that is not known.</param>
/// <param name="Cause">What it waits for, in words; empty where it runs; null where it waits for those ahead of it and nothing else.</param>
public sealed record QueueRow(string Model, string Device, RequestSnapshot Request, int? Position, TimeSpan? ExpectedStart, string? Cause)
{
    /// <summary>What it waits for, in words; empty where it runs. Made when it is shown: of a hundred thousand rows few are.</summary>
    public string Why => Cause ?? FormattableString.Invariant($"{Position} ahead of it");

    /// <summary>The rows of one replica: those that run, those that wait in the order in which they would start, those held.</summary>
    internal static IEnumerable<QueueRow> Of(string model, string device, EngineSnapshot engine)
    {
        HashSet<Lane> seen = [];
        return engine.Requests.Where(request => request.State == SequenceState.Running)
            .Select(request => new QueueRow(model, device, request, null, null, request.ReaderBehind ? "Its client reads slower than it is answered" : ""))
            .Concat(WaitingOrder.Of(engine)
                .Select((request, i) => new QueueRow(model, device, request, i, Expect(i, engine.StartsPerSecond), Explain(engine, request, i, seen.Add(request.Lane)))))
            .Concat(engine.Requests.Where(request => request.State == SequenceState.Held).Select(request => new QueueRow(model, device, request, null, null, "An operator holds it")));
    }

    private static TimeSpan? Expect(int position, double startsPerSecond) =>
        startsPerSecond > 0 && (position + 1) / startsPerSecond < TimeSpan.FromDays(1).TotalSeconds ? TimeSpan.FromSeconds((position + 1) / startsPerSecond) : null;

    private static string? Explain(EngineSnapshot engine, RequestSnapshot request, int position, bool isFirstOfItsLane) => (position, isFirstOfItsLane) switch
    {
        (0, _) => engine.WaitReason switch
        {
            WaitReason.RunningLimit => $"As many run as the policy allows ({engine.Policy.Policy.MaxRunning})",
            WaitReason.KvBlocks => FormattableString.Invariant($"Too few KV blocks for its {request.PromptTokens} prompt tokens: {engine.KvFree + engine.KvCached} can be had"),
            WaitReason.ChunkLimit => "Other prompts take the step's prefill chunks",
            WaitReason.TokenBudget => "The step's token budget is spent",
            _ => "Starts with the next step",
        },
        (_, true) => "Another lane goes first",
        _ => null,
    };
}
