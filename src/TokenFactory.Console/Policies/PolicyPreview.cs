using System.Globalization;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Policies;

/// <summary>Says in plain words what a change of policy will do.</summary>
public static class PolicyPreview
{
    // A prompt of this length stands for long ones.
    private const int LongPrompt = 2000;

    /// <param name="before">The policy in force.</param>
    /// <param name="after">The policy that would take its place.</param>
    /// <param name="running">Requests that run now.</param>
    /// <param name="waiting">Requests that wait now.</param>
    public static IReadOnlyList<string> Of(BatchPolicy before, BatchPolicy after, int running, int waiting)
    {
        List<string> effects = [];
        AddRunning(effects, before, after, running, waiting);
        AddChunks(effects, before, after);
        AddShares(effects, before, after);
        Add(effects, before.TokenBudget, after.TokenBudget, Invariant(
            $"A step computes at most {after.TokenBudget:N0} tokens (was {before.TokenBudget:N0}): {(after.TokenBudget < before.TokenBudget ? "steps are shorter, prompts take more of them" : "steps may take longer, prompts take fewer of them")}."));
        Add(effects, before.DraftTokens, after.DraftTokens, after.DraftTokens == 0
            ? Invariant($"No tokens are guessed ahead (was {before.DraftTokens}): a request that quotes or repeats gets one token a step like the others.")
            : Invariant($"While few requests run, up to {after.DraftTokens} of a request's next tokens are guessed from its own text and verified in one step (was {before.DraftTokens})."));
        Add(effects, before.KvWatermark, after.KvWatermark, Invariant(
            $"{after.KvWatermark:P1} of the KV blocks stay available when a request is let in (was {before.KvWatermark:P1}): {(after.KvWatermark > before.KvWatermark ? "fewer requests at once, and fewer that give up their blocks later" : "more requests at once, and more that may have to give up their blocks")}."));
        Add(effects, before.QueueRequests, after.QueueRequests, Invariant(
            $"From {after.QueueRequests:N0} waiting requests on (was {before.QueueRequests:N0}) new ones are refused with 503{(waiting > after.QueueRequests ? Invariant($"; {waiting:N0} wait already and stay") : "")}."));
        Add(effects, before.QueueTokens, after.QueueTokens, Invariant($"From {after.QueueTokens:N0} waiting prompt tokens on (was {before.QueueTokens:N0}) new requests are refused with 503."));
        Add(effects, before.AgingTokensPerSecond, after.AgingTokensPerSecond, Invariant(
            $"A second of waiting counts as {after.AgingTokensPerSecond:0.##} tokens of preference (was {before.AgingTokensPerSecond:0.##}): {(after.AgingTokensPerSecond > before.AgingTokensPerSecond ? "closer to first come, first served" : "closer to the weights")}."));
        Add(effects, before.ReaderPatience, after.ReaderPatience, Invariant(
            $"A client that stops reading loses its request after {after.ReaderPatience.TotalSeconds:0} s (was {before.ReaderPatience.TotalSeconds:0} s)."));
        return effects;
    }

    private static void AddRunning(List<string> effects, BatchPolicy before, BatchPolicy after, int running, int waiting)
    {
        if (after.MaxRunning > before.MaxRunning)
        {
            int start = Math.Max(0, Math.Min(waiting, after.MaxRunning - running));
            effects.Add(Invariant(
                $"Up to {after.MaxRunning} requests run at once (was {before.MaxRunning}): {start} of the {waiting} waiting may start at the next step; each running one gets its next token a little later."));
        }
        else if (after.MaxRunning < before.MaxRunning)
        {
            effects.Add(Invariant(
                $"At most {after.MaxRunning} requests run at once (was {before.MaxRunning}). Nothing that runs is stopped: {(running > after.MaxRunning ? Invariant($"new ones start when fewer than {after.MaxRunning} of the {running} are left") : "there is room still")}."));
        }
    }

    private static void AddChunks(List<string> effects, BatchPolicy before, BatchPolicy after) => Add(effects, before.PrefillChunk, after.PrefillChunk, Invariant(
        $"A prompt is computed in pieces of at most {after.PrefillChunk:N0} tokens (was {before.PrefillChunk:N0}): one of {LongPrompt:N0} takes {Steps(after)} steps instead of {Steps(before)}. {(after.PrefillChunk < before.PrefillChunk ? "Others' tokens come more evenly, long prompts answer later" : "Long prompts answer sooner, others' tokens may pause for longer")}."));

    private static void AddShares(List<string> effects, BatchPolicy before, BatchPolicy after)
    {
        if (Enum.GetValues<Lane>().Any(lane => before[lane].Weight != after[lane].Weight))
        {
            effects.Add($"While all lanes have work they share the tokens {Shares(after)} (was {Shares(before)}).");
        }
    }

    private static string Shares(BatchPolicy policy)
    {
        double all = Enum.GetValues<Lane>().Sum(lane => policy[lane].Weight);
        return string.Join(", ", Enum.GetValues<Lane>().Select(lane => Invariant($"{lane.ToString().ToLowerInvariant()} {policy[lane].Weight / all:P0}")));
    }

    private static int Steps(BatchPolicy policy) => (LongPrompt + Math.Min(policy.PrefillChunk, policy.TokenBudget) - 1) / Math.Max(1, Math.Min(policy.PrefillChunk, policy.TokenBudget));

    private static void Add<T>(List<string> effects, T before, T after, string effect)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            effects.Add(effect);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
