using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx.Fit;
using TokenFactory.Models;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Fit;

/// <summary>The estimate against what the executor lays out, and the arithmetic behind it.</summary>
public sealed class OnnxMemoryTests : IDisposable
{
    private const long Gibibyte = 1L << 30;

    private static readonly ModelFolder Demo = ModelFolder.Open(Path.Combine(SharedData.RepositoryRoot, "models/demo"));

    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("tf-fit-");

    [Theory]
    [InlineData(WeightPrecision.Fp32, 16, null)]
    [InlineData(WeightPrecision.Int8, 4, 512)]
    [InlineData(WeightPrecision.Int4, 3, 100)]
    public void Estimate_OfTheDemoModel_EqualsWhatTheExecutorAllocates(WeightPrecision precision, int sequences, int? context)
    {
        OnnxExecutorOptions options = new()
        {
            Precision = precision,
            MaxSequences = sequences,
            MaxContext = context,
            KvMemoryBytes = 64 << 20,
            Threads = 1,
            CacheFolder = _cache.FullName,
        };
        MemoryFit fit = OnnxMemory.Estimate(Demo.Spec, options, 1, 8 * Gibibyte);

        using OnnxModelExecutor executor = OnnxModelExecutor.Load(Demo, options);

        Assert.Equal(Assert.Single(_cache.EnumerateFiles("weights.bin", SearchOption.AllDirectories)).Length, fit.WeightBytes);
        Assert.Equal(executor.Pool.Layout.BlockBytes * executor.Pool.Blocks, fit.KvPoolBytes);
        Assert.Equal(executor.Pool.Layout.BlockBytes / executor.Limits.BlockSize, fit.KvTokenBytes);
        Assert.Equal((executor.Limits.MaxSequences, executor.Limits.MaxContext), (fit.Sequences, fit.Context));
    }

    [Fact]
    public void Estimate_OfNSequences_IsTheirTokensTimesAToken()
    {
        OnnxExecutorOptions options = new() { MaxSequences = 8, MaxContext = 1024, KvMemoryBytes = 8L * 1024 * 5120 };

        MemoryFit fit = OnnxMemory.Estimate(Demo.Spec, options, 1, 8 * Gibibyte);

        // 5 layers of keys and values, 2 heads of 64 floats.
        Assert.Equal(2 * 5 * 2 * 64 * 4, fit.KvTokenBytes);
        Assert.Equal(8 * 1024, fit.KvTokens);
        Assert.Equal(8, fit.FullSequences);
        Assert.Equal(8L * 1024 * 5120, fit.KvPoolBytes);
    }

    [Fact]
    public void Estimate_OfTwoReplicas_CountsEverythingTwice()
    {
        OnnxExecutorOptions options = new() { KvMemoryBytes = 32 << 20 };

        MemoryFit one = OnnxMemory.Estimate(Demo.Spec, options, 1, 8 * Gibibyte);
        MemoryFit two = OnnxMemory.Estimate(Demo.Spec, options, 2, 8 * Gibibyte);

        Assert.Equal(2 * one.TotalBytes, two.TotalBytes);
    }

    [Fact]
    public void Estimate_WithoutRoomForABlock_SaysHowMuchItTakes() =>
        Assert.Contains("raise it to", Assert.Throws<ArgumentException>(
            () => OnnxMemory.Estimate(Demo.Spec, new OnnxExecutorOptions { KvMemoryBytes = 100 }, 1, Gibibyte)).Message, StringComparison.Ordinal);

    [Fact]
    public void ForReplica_ThreeOfEightThreads_DividesThemAll()
    {
        OnnxExecutorOptions options = new() { Threads = 8, MemoryBytes = 9 * Gibibyte };

        OnnxExecutorOptions[] replicas = [.. Enumerable.Range(0, 3).Select(index => options.ForReplica(index, 3))];

        Assert.Equal([3, 3, 2], replicas.Select(replica => replica.Threads));
        Assert.Equal([0, 1, 2], replicas.Select(replica => replica.DeviceIndex));
        Assert.All(replicas, replica => Assert.Equal(3 * Gibibyte, replica.MemoryBytes));
    }

    public void Dispose() => _cache.Delete(recursive: true);
}
