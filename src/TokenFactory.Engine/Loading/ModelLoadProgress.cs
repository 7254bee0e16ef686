namespace TokenFactory.Engine.Loading;

/// <summary>What loading is busy with, in order.</summary>
public enum ModelLoadStage
{
    /// <summary>Weights are read and checked, and brought to where they are computed with.</summary>
    Read,

    /// <summary>Weights are converted; left out where they are taken as they are, or a cache has them.</summary>
    Quantize,

    /// <summary>What computes is made ready for the model's shapes: sessions are built, kernels compiled.</summary>
    Build,

    /// <summary>Quantised weights are compared with the model's own; left out where they are not quantised, or a cache has the figures.</summary>
    Measure,

    /// <summary>First steps run.</summary>
    WarmUp,

    Ready,
}

/// <param name="Stage">The stage.</param>
/// <param name="Share">How much of the stage is done, 0 to 1.</param>
/// <param name="Note">Something the operator should know, for instance that the cache folder could not be written.</param>
public readonly record struct ModelLoadProgress(ModelLoadStage Stage, double Share, string? Note = null);
