using TokenFactory.Engine.Loop;

namespace TokenFactory.Engine.Serving;

/// <summary>The one place that says which replica of a model computes a request.</summary>
internal static class ReplicaChoice
{
    /// <summary>
    /// The replica with the least work ahead (<see cref="EngineLoop.OpenTokens"/>), the first of equals. One that has failed or drains
    /// looks idle and is left out, unless there is no other: then it says why it refuses.
    /// </summary>
    public static EngineLoop LeastWork(IReadOnlyList<EngineLoop> replicas) => LeastWorkBeside(failed: null, replicas) ?? replicas[0];

    /// <summary>The same among the others, for what one has failed to compute; null where none of them takes requests.</summary>
    public static EngineLoop? LeastWorkBeside(EngineLoop? failed, IReadOnlyList<EngineLoop> replicas)
    {
        EngineLoop? best = null;
        for (int i = 0; i < replicas.Count; i++)
        {
            EngineLoop other = replicas[i];
            if (other != failed && other.TakesRequests && (best is null || other.OpenTokens < best.OpenTokens))
            {
                best = other;
            }
        }
        return best;
    }
}
