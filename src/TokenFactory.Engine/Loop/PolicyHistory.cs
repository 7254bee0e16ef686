using TokenFactory.Engine.Scheduling;

namespace TokenFactory.Engine.Loop;

/// <summary>The batch policies of a replica in the order they came into force. The loop's thread adds, anyone reads.</summary>
internal sealed class PolicyHistory
{
    // Beyond this many the oldest go: the audit keeps them all.
    private const int Kept = 200;

    private volatile PolicyVersion[] _versions;

    public PolicyHistory(BatchPolicy first, DateTimeOffset at) => _versions = [new PolicyVersion(1, first, "load", at, "Initial policy")];

    public IReadOnlyList<PolicyVersion> Versions => _versions;

    public PolicyVersion Current => _versions[^1];

    public PolicyVersion Add(BatchPolicy policy, string author, string reason, DateTimeOffset at)
    {
        PolicyVersion version = new(Current.Version + 1, policy, author, at, reason);
        _versions = [.. _versions.TakeLast(Kept - 1), version];
        return version;
    }
}
