using TokenFactory.Engine.Onnx.Execution;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Engine.Onnx;

/// <summary>How a model is loaded on the CPU. The defaults suit a machine that serves one model.</summary>
public sealed record OnnxExecutorOptions
{
    public WeightPrecision Precision { get; init; } = WeightPrecision.Auto;

    /// <summary>Threads that compute; 0: one each physical core.</summary>
    public int Threads { get; init; }

    /// <summary>The threads that compute, counted.</summary>
    public int ComputingThreads => Threads > 0 ? Threads : HostCpu.PhysicalCores();

    /// <summary>How keys and values are kept.</summary>
    public OnnxKvPrecision KvPrecision { get; init; } = OnnxKvPrecision.Auto;

    /// <summary>Bytes of the pool of KV blocks; null: a quarter of the memory, at most 16 GiB. A page costs nothing until it is written.</summary>
    public long? KvMemoryBytes { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public int MaxSequences { get; init; } = 16;

    /// <summary>Longest sequence, at most what the model is made for; null: the model's, at most 4096.</summary>
    public int? MaxContext { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Most tokens of a step.</summary>
    public int MaxStepTokens { get; init; } = 512;

    /// <summary>Where quantised weights are kept; null: <c>token-factory/onnx</c> in the user's cache folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The number in the device's id: <c>cpu:0</c>, and for further replicas of a model <c>cpu:1</c> and so on.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Bytes of memory that the model may count on; null: the machine's, or its container's.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// Whether the first load of quantised weights compares them with the same in float32 on a text. That takes the memory of both and
    /// some seconds; later loads find the figures in the cache folder.
    /// </summary>
    public bool MeasuresQuality { get; init; }

    /// <summary>The options of one of several replicas on this machine: its threads and its memory are divided among them.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="count">How many there are, at least 1.</param>
    public OnnxExecutorOptions ForReplica(int index, int count)
    {
        int threads = ComputingThreads;
        return count == 1 ? this : this with
        {
            DeviceIndex = index,
            // The first ones take what does not divide.
            Threads = Math.Max(1, (threads / count) + (index < threads % count ? 1 : 0)),
            MemoryBytes = MachineMemory() / count,
        };
    }

    /// <summary>Whether quantised weights are packed for products of our own; where a machine has no kernels for them, ONNX Runtime's are used.</summary>
    internal bool PacksWeights { get; init; } = Product.IsSupported;

    internal long MachineMemory() => MemoryBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option that makes no sense.</summary>
    public void Validate()
    {
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
        Require(KvMemoryBytes is null or > 0, nameof(KvMemoryBytes), KvMemoryBytes ?? 0, "a number above 0");
        Require(MaxSequences is >= 1 and <= 1024, nameof(MaxSequences), MaxSequences, "1 to 1024");
        Require(MaxContext is null or >= 2, nameof(MaxContext), MaxContext ?? 0, "at least 2");
        Require(DeviceIndex >= 0, nameof(DeviceIndex), DeviceIndex, "0 or more");
        Require(MemoryBytes is null or > 0, nameof(MemoryBytes), MemoryBytes ?? 0, "a number above 0");
        Require(BlockSize is >= 1 and <= 1024, nameof(BlockSize), BlockSize, "1 to 1024");
        Require(MaxStepTokens is >= 1 and <= 65536, nameof(MaxStepTokens), MaxStepTokens, "1 to 65536");
    }

    private static void Require(bool holds, string name, long value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is {value}; expected {expected}.");
        }
    }
}
