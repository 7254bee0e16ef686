namespace TokenFactory.Engine.Onnx;

/// <summary>What loading is busy with, in order.</summary>
public enum ModelLoadStage
{
    /// <summary>Weights are mapped, checked and hashed.</summary>
    Read,

    /// <summary>Weights are converted into the cache; left out where the cache has them.</summary>
    Quantize,

    /// <summary>ONNX Runtime builds its session and repacks the weights.</summary>
    Build,

    /// <summary>First steps run.</summary>
    WarmUp,

    Ready,
}

/// <param name="Stage">The stage.</param>
/// <param name="Share">How much of the stage is done, 0 to 1.</param>
/// <param name="Note">Something the operator should know, for instance that the cache folder could not be written.</param>
public readonly record struct ModelLoadProgress(ModelLoadStage Stage, double Share, string? Note = null);
