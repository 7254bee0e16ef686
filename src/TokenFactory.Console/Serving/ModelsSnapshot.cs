using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;
using TokenFactory.Web.Serving.Unloads;

namespace TokenFactory.Web.Serving;

/// <summary>A replica at one moment.</summary>
/// <param name="Device">Its device's id.</param>
/// <param name="Running">Requests that run.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="Problem">What is wrong with it; null where nothing is.</param>
public sealed record ReplicaState(string Device, int Running, int Waiting, string? Problem);

/// <summary>A model that serves, at one moment.</summary>
/// <param name="Model">The model.</param>
/// <param name="Replicas">Its replicas.</param>
/// <param name="Drain">How its unload stands; null where it is not being unloaded.</param>
public sealed record ServingModel(ServedModel Model, IReadOnlyList<ReplicaState> Replicas, DrainState? Drain)
{
    /// <summary>Its benchmark; null where none runs or is kept.</summary>
    public ModelBenchmark? Benchmark { get; init; }

    public int Running => Replicas.Sum(replica => replica.Running);

    public int Waiting => Replicas.Sum(replica => replica.Waiting);
}

/// <summary>How an unload stands.</summary>
/// <param name="Since">When it began.</param>
/// <param name="IsEnding">Whether what is left is being cancelled.</param>
/// <param name="Requests">What is left, those that end first in front.</param>
public sealed record DrainState(DateTimeOffset Since, bool IsEnding, IReadOnlyList<DrainingRequest> Requests)
{
    /// <summary>When the last one ends at the latest; null where that cannot be said of each.</summary>
    public TimeSpan? FinishesIn => Requests.Any(request => request.FinishesIn is null) ? null : Requests.Max(request => request.FinishesIn) ?? TimeSpan.Zero;
}

/// <summary>What the page on models shows, at one moment.</summary>
/// <param name="Serving">Models that serve, in the order in which they were loaded.</param>
/// <param name="Loads">Models on their way, and those that did not get there.</param>
/// <param name="Downloads">Models on their way from a hub.</param>
public sealed record ModelsSnapshot(IReadOnlyList<ServingModel> Serving, IReadOnlyList<ModelLoad> Loads, IReadOnlyList<ModelDownload> Downloads)
{
    public static ModelsSnapshot Empty { get; } = new([], [], []);
}
