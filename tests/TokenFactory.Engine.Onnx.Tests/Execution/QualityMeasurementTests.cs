using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>What a first load says that quantising cost, on a trained model.</summary>
public sealed class QualityMeasurementTests : IDisposable
{
    private readonly TestFolder _cache = new();

    [Theory]
    [InlineData(WeightPrecision.Int8, 0.03, 0.9)]
    [InlineData(WeightPrecision.Int4, 0.3, 0.7)]
    public void Load_QuantizedModel_MeasuresOnceAndPrints(WeightPrecision precision, double lost, double agreeing)
    {
        Notes first = new();
        QuantizationQuality? measured = Load(Options(precision), first);

        Assert.NotNull(measured);
        Assert.InRange(measured.Perplexity / measured.ReferencePerplexity, 1 - lost, 1 + lost);
        Assert.InRange(measured.Agreement, agreeing, 1);
        Assert.InRange(measured.Divergence, 1e-9, 0.5);
        Assert.Contains(measured.Describe("TinyStories-656K"), first.Lines);
        Assert.Contains(ModelLoadStage.Measure, first.Stages);

        Notes second = new();
        Assert.Equal(measured, Load(Options(precision), second));
        Assert.DoesNotContain(ModelLoadStage.Measure, second.Stages);
        Assert.Empty(Directory.GetDirectories(_cache.Path, "building-*"));
    }

    [Fact]
    public void Load_DamagedWeightsOfFittingChecksum_AreSeen()
    {
        QuantizationQuality? whole = Load(Options(WeightPrecision.Int8), null);
        string weights = Directory.GetFiles(_cache.Path, WeightCache.WeightsFile, SearchOption.AllDirectories).Single();
        string folder = Path.GetDirectoryName(weights)!;
        byte[] bytes = File.ReadAllBytes(weights);
        Array.Reverse(bytes, bytes.Length / 8 * 3, bytes.Length / 4);
        File.WriteAllBytes(weights, bytes);
        File.WriteAllText(Path.Combine(folder, "weights.sha256"), WeightsFingerprint.Compute([weights], 1, default));
        File.Delete(Directory.GetFiles(folder, "quality-*.json").Single());

        Notes notes = new();
        QuantizationQuality? damaged = Load(Options(WeightPrecision.Int8), notes);

        Assert.NotNull(whole);
        Assert.True(damaged is not null, string.Join('\n', notes.Lines));
        Assert.Equal(whole.ReferencePerplexity, damaged.ReferencePerplexity, 1e-3 * whole.ReferencePerplexity);
        Assert.False(damaged.Agreement > 0.8 * whole.Agreement, $"{damaged}");
    }

    [Fact]
    public void Load_NoMemoryForTheReference_SaysSoAndLoads()
    {
        Notes notes = new();

        Assert.Null(Load(Options(WeightPrecision.Int8) with { MemoryBytes = 64 << 20 }, notes));
        Assert.Contains(notes.Lines, line => line.StartsWith("int8 of TinyStories-656K: quality not measured: the model in fp32 needs", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_CancelledWhileMeasuring_Ends()
    {
        using CancellationTokenSource cancellation = new();
        Notes notes = new();
        notes.At = progress =>
        {
            if (progress.Stage == ModelLoadStage.Measure)
            {
                cancellation.Cancel();
            }
        };

        Assert.ThrowsAny<OperationCanceledException>(() => OnnxModelExecutor.Load(GoldenCases.Folder(), Options(WeightPrecision.Int8), notes, cancellation.Token));
        Assert.Empty(Directory.GetDirectories(_cache.Path, "building-*"));
    }

    [Fact]
    public void Load_Fp32_MeasuresNothing() => Assert.Null(Load(Options(WeightPrecision.Fp32), null));

    public void Dispose() => _cache.Dispose();

    private OnnxExecutorOptions Options(WeightPrecision precision) =>
        new() { Precision = precision, CacheFolder = _cache.Path, KvMemoryBytes = 16 << 20, Threads = 2, MeasuresQuality = true };

    private static QuantizationQuality? Load(OnnxExecutorOptions options, Notes? notes)
    {
        using OnnxModelExecutor executor = OnnxModelExecutor.Load(GoldenCases.Folder(), options, notes);
        return executor.Quality;
    }

    private sealed class Notes : IProgress<ModelLoadProgress>
    {
        public Action<ModelLoadProgress>? At { get; set; }

        public List<string> Lines { get; } = [];

        public HashSet<ModelLoadStage> Stages { get; } = [];

        public void Report(ModelLoadProgress value)
        {
            Stages.Add(value.Stage);
            if (value.Note is { } note)
            {
                Lines.Add(note);
            }
            At?.Invoke(value);
        }
    }
}
