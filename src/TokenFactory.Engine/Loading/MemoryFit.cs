namespace TokenFactory.Engine.Loading;

/// <summary>
/// What a model takes of the memory that it computes in, estimated from its configuration before anything is loaded. Bytes are of one
/// replica unless a member says otherwise: replicas share nothing.
/// </summary>
public sealed record MemoryFit
{
    /// <summary>How the weights are held, as operators write it: <c>fp32</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>How many replicas there will be.</summary>
    public required int Replicas { get; init; }

    /// <summary>Whether all replicas lie in one memory, as on a processor; else each has that of a device of its own.</summary>
    public required bool SharesMemory { get; init; }

    public required long WeightBytes { get; init; }

    /// <summary>Keys and values of one token over all layers.</summary>
    public required long KvTokenBytes { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public required int Sequences { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>The pool of KV blocks, which running requests and cached prefixes fill.</summary>
    public required long KvPoolBytes { get; init; }

    /// <summary>Activations and logits of a step, rotation tables, and the runtime itself; an estimate.</summary>
    public required long WorkBytes { get; init; }

    public long ReplicaBytes => WeightBytes + KvPoolBytes + WorkBytes;

    /// <summary>Replicas that lie in one memory.</summary>
    public int ReplicasPerMemory => SharesMemory ? Replicas : 1;

    /// <summary>Everything that lies in one memory, when the KV memory is full.</summary>
    public long TotalBytes => ReplicaBytes * ReplicasPerMemory;

    /// <summary>Tokens that the pool holds.</summary>
    public long KvTokens => KvPoolBytes / KvTokenBytes;

    /// <summary>Sequences of the longest context that a replica can hold at once.</summary>
    public int FullSequences => (int)Math.Min(Sequences, KvTokens / Context);
}
