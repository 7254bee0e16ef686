using System.Globalization;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;

namespace TokenFactory.Web.Policies;

/// <summary>A figure of a batch policy as people edit it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Least">Smallest value.</param>
/// <param name="Most">Largest value on an executor.</param>
/// <param name="Read">Takes it from a policy.</param>
/// <param name="Write">Puts it into a policy.</param>
/// <param name="Help">What it does.</param>
public sealed record PolicyField(
    string Name, string Unit, double Least, Func<ExecutorLimits, double> Most, Func<BatchPolicy, double> Read, Func<BatchPolicy, double, BatchPolicy> Write, string Help)
{
    public static IReadOnlyList<PolicyField> All { get; } =
    [
        new("Most running", "requests", 1, limits => limits.MaxSequences, policy => policy.MaxRunning, (policy, value) => policy with { MaxRunning = (int)value }, "Requests that are computed at once. More of them raise the total rate and slow each one."),
        new("Token budget", "tokens", 1, limits => limits.MaxStepTokens, policy => policy.TokenBudget, (policy, value) => policy with { TokenBudget = (int)value }, "Tokens of one step over all requests."),
        new("Prefill chunk", "tokens", 1, limits => limits.MaxStepTokens, policy => policy.PrefillChunk, (policy, value) => policy with { PrefillChunk = (int)value }, "Prompt tokens that one request computes in a step."),
        new("Drafts", "tokens", 0, limits => Math.Max(0, limits.VerifiedRows - 1), policy => policy.DraftTokens, (policy, value) => policy with { DraftTokens = (int)value }, "Next tokens that are guessed from a request's own text and verified in one step, while few requests run. What is generated stays the same."),
        new("KV watermark", "share", 0, _ => 0.5, policy => policy.KvWatermark, (policy, value) => policy with { KvWatermark = value }, "Share of the KV blocks kept available when a request is let in, so that those running can grow."),
        new("Queue", "requests", 1, _ => 1_000_000, policy => policy.QueueRequests, (policy, value) => policy with { QueueRequests = (int)value }, "Waiting requests; more are refused with 503."),
        new("Queue", "prompt tokens", 1, _ => 1_000_000_000_000, policy => policy.QueueTokens, (policy, value) => policy with { QueueTokens = (long)value }, "Waiting prompt tokens; more are refused with 503."),
        new("Aging", "tokens/s", 0, _ => 1_000_000, policy => policy.AgingTokensPerSecond, (policy, value) => policy with { AgingTokensPerSecond = value }, "Preference that a second of waiting earns, so that nothing starves."),
        new("Reader patience", "s", 1, _ => 3600, policy => policy.ReaderPatience.TotalSeconds, (policy, value) => policy with { ReaderPatience = TimeSpan.FromSeconds(value) }, "How long a client may leave its tokens unread."),
        new("Weight of interactive", "", 0.001, _ => 1000, policy => policy.Interactive.Weight, (policy, value) => policy with { Interactive = policy.Interactive with { Weight = value } }, "Share of tokens against the other lanes while all have work."),
        new("Weight of agentic", "", 0.001, _ => 1000, policy => policy.Agentic.Weight, (policy, value) => policy with { Agentic = policy.Agentic with { Weight = value } }, "Share of tokens against the other lanes while all have work."),
        new("Weight of batch", "", 0.001, _ => 1000, policy => policy.Batch.Weight, (policy, value) => policy with { Batch = policy.Batch with { Weight = value } }, "Share of tokens against the other lanes while all have work."),
    ];

    private bool IsWhole => Unit is "requests" or "tokens" or "prompt tokens";

    /// <summary>Names it in markup and tests.</summary>
    public string Id => $"{Name}-{Unit}".ToLowerInvariant().Replace(' ', '-').Replace('/', '-').TrimEnd('-');

    /// <summary>Reads what was typed; null with a problem in words where that is no value in bounds.</summary>
    public double? Parse(string? text, ExecutorLimits limits, out string? problem)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        bool fits = isNumber && value >= Least && value <= Most(limits) && (!IsWhole || value == Math.Floor(value));
        problem = fits ? null : FormattableString.Invariant($"{(IsWhole ? "a whole number " : "")}from {Least} to {Most(limits)}");
        return fits ? value : null;
    }
}
