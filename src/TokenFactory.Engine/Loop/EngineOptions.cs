using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Loop;

/// <summary>What an engine loop is told of its model.</summary>
public sealed record EngineOptions
{
    /// <summary>The name under which the model is served.</summary>
    public required string ModelName { get; init; }

    /// <summary>Names what computes keys and values, weights and precision: blocks are shared only under the same identity.</summary>
    public required string CacheIdentity { get; init; }

    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Tokens that end a generation.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The batch policy to start with; null: all that the executor can do.</summary>
    public BatchPolicy? Policy { get; init; }

    /// <summary>
    /// The power that the replica's device draws for it, in watts; null where nothing measures it. Asked once a step, on the engine's
    /// thread: it returns at once and allocates nothing.
    /// </summary>
    public Func<double?>? Watts { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long a step may take, or work may wait for one, before the engine counts as wedged.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(60);
}
