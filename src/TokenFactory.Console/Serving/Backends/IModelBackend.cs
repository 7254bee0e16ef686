using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Backends;

/// <summary>A kind of device that models can be loaded to. What differs between kinds is behind it; nothing outside asks which one it is.</summary>
public interface IModelBackend
{
    /// <summary>Which kind.</summary>
    ModelDevice Device { get; }

    /// <summary>Precisions that it computes in, those that take more in front.</summary>
    IReadOnlyList<ModelPrecision> Precisions { get; }

    /// <summary>Why nothing can be loaded here, and what to do; null where it can.</summary>
    string? FindProblem();

    /// <summary>Refuses what it cannot compute, from the configuration alone.</summary>
    /// <exception cref="ModelFormatException">Names the field and what it must be.</exception>
    void Check(ModelFolder folder);

    /// <summary>The options with KV memory filled in where it was left open.</summary>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    ModelOptions Complete(ModelSpec spec, ModelOptions options);

    /// <summary>What a model would take.</summary>
    /// <exception cref="ArgumentException">The options make no sense, or leave no room for a KV block.</exception>
    MemoryFit Estimate(ModelSpec spec, ModelOptions options);

    /// <summary>What can be had of the memory that replicas lie in; of several devices, of that with least among those that would be taken.</summary>
    /// <exception cref="ArgumentException">There are too few devices.</exception>
    AvailableMemory Available(ModelOptions options);

    /// <summary>Loads one of a model's replicas; blocks for as long as it takes.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="options">How.</param>
    /// <param name="replica">Which, from 0.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    IModelExecutor Load(ModelFolder folder, ModelOptions options, int replica, IProgress<ModelLoadProgress> progress, CancellationToken cancellation);
}

/// <summary>Memory that a model could be loaded into.</summary>
/// <param name="Bytes">What is free.</param>
/// <param name="PromisedBytes">KV memory of models that serve, which they have not filled yet and may.</param>
/// <param name="Where">Whose memory it is, in words.</param>
public readonly record struct AvailableMemory(long Bytes, long PromisedBytes, string Where);
