namespace TokenFactory.Engine.Cuda;

/// <summary>How a model is loaded on a GPU. The defaults suit a device that serves one model.</summary>
public sealed record CudaExecutorOptions
{
    /// <summary>The device's ordinal: 0 for <c>cuda:0</c>.</summary>
    public int Device { get; init; }

    public CudaPrecision Precision { get; init; } = CudaPrecision.BFloat16;

    /// <summary>Whether keys and values are kept as FP8 (E4M3): half the memory, a little less exact.</summary>
    public bool Fp8Kv { get; init; }

    /// <summary>Bytes for keys and values; null: what is left of the device after the largest step, less a margin.</summary>
    public long? KvMemoryBytes { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public int MaxSequences { get; init; } = 256;

    /// <summary>Longest sequence, at most what the model is made for; null: the model's, at most 32,768.</summary>
    public int? MaxContext { get; init; }

    /// <summary>Tokens of a KV block, a multiple of 16.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Most tokens of a step.</summary>
    public int MaxStepTokens { get; init; } = 8192;

    /// <summary>Most prefill chunks of a step.</summary>
    public int MaxChunks { get; init; } = 64;

    /// <summary>Whether steps of decode rows alone are recorded and replayed.</summary>
    public bool Graphs { get; init; } = true;

    /// <summary>Where compiled kernels are kept; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option that makes no sense.</summary>
    public void Validate()
    {
        Require(Device >= 0, nameof(Device), Device, "0 or more");
        Require(KvMemoryBytes is null or > 0, nameof(KvMemoryBytes), KvMemoryBytes ?? 0, "a number above 0");
        Require(MaxSequences is >= 1 and <= 4096, nameof(MaxSequences), MaxSequences, "1 to 4096");
        Require(MaxContext is null or >= 2, nameof(MaxContext), MaxContext ?? 0, "at least 2");
        Require(BlockSize is >= 16 and <= 256 && BlockSize % 16 == 0, nameof(BlockSize), BlockSize, "a multiple of 16 up to 256");
        Require(MaxStepTokens >= MaxSequences && MaxStepTokens <= 65536, nameof(MaxStepTokens), MaxStepTokens, $"{nameof(MaxSequences)} to 65536");
        Require(MaxChunks is >= 1 and <= 1024, nameof(MaxChunks), MaxChunks, "1 to 1024");
    }

    private static void Require(bool holds, string name, long value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is {value}; expected {expected}.");
        }
    }
}
