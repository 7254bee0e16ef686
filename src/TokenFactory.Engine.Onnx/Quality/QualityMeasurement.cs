using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx.Execution;
using TokenFactory.Engine.Onnx.Fit;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models;

namespace TokenFactory.Engine.Onnx.Quality;

/// <summary>
/// Compares a quantised model with itself in float32 on a text, once a cache folder. A load does not fail for it: where it cannot be
/// measured, a note says why and the next load tries again.
/// </summary>
/// <param name="folder">The model.</param>
/// <param name="options">How it is loaded.</param>
/// <param name="geometry">Its KV memory.</param>
/// <param name="cacheFolder">Where its converted weights lie.</param>
/// <param name="progress">Gets the stage, and the result as a note.</param>
internal sealed class QualityMeasurement(
    ModelFolder folder, OnnxExecutorOptions options, KvGeometry geometry, string cacheFolder, IProgress<ModelLoadProgress>? progress)
{
    private const int MostTokens = 513;
    private const int LeastTokens = 33;
    private const int MostStepTokens = 16;
    private const long ReferenceKvBytes = 1L << 30;

    private readonly string _precision = OnnxModelExecutor.Resolve(options.Precision, folder.Spec.ParameterCount).ToString().ToLowerInvariant();

    /// <summary>The figures, from the cache where they are; null where they cannot be measured.</summary>
    /// <param name="measured">A runner of the quantised model whose rows nobody else uses.</param>
    /// <param name="cancellation">Ends the measurement with <see cref="OperationCanceledException"/>.</param>
    public QuantizationQuality? Provide(StepRunner measured, CancellationToken cancellation)
    {
        try
        {
            return Measure(measured, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Skip(e.Message);
        }
    }

    private QuantizationQuality? Measure(StepRunner measured, CancellationToken cancellation)
    {
        int most = Math.Min(MostTokens, Math.Min(geometry.Capacity, geometry.Blocks * geometry.BlockSize) + 1);
        int[] tokens = QualityText.Tokens(folder.Path, most);
        if (tokens.Length < LeastTokens)
        {
            return Skip($"sequences hold {geometry.Capacity} tokens, and {LeastTokens} are needed");
        }
        string file = QualityFile.Locate(cacheFolder, geometry.Layout.Format.ToString().ToLowerInvariant(), tokens.Length - 1);
        if (QualityFile.Read(file) is { } known)
        {
            return known;
        }
        if (FindMemoryProblem() is { } problem)
        {
            return Skip(problem);
        }
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Measure, 0));
        QuantizationQuality quality = Compare(measured, tokens, cancellation);
        QualityFile.Write(file, quality);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Measure, 1, quality.Describe(folder.Name)));
        return quality;
    }

    private QuantizationQuality Compare(StepRunner measured, int[] tokens, CancellationToken cancellation)
    {
        int step = Math.Min(MostStepTokens, geometry.Sequences);
        string temporary = WeightCache.CreateTemporary(Path.GetDirectoryName(cacheFolder)!);
        try
        {
            using OnnxModelExecutor reference = OnnxModelExecutor.Load(folder, Reference with { CacheFolder = temporary }, null, cancellation);
            TextRun exact = new(reference.Runner, tokens.Length, step, reference.Limits.BlockSize);
            TextRun quantized = new(measured, tokens.Length, step, geometry.BlockSize);
            TokenComparison comparison = new(folder.Spec.VocabularySize);
            for (int start = 0; start < tokens.Length - 1; start += step)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<int> part = tokens.AsSpan(start, Math.Min(step, tokens.Length - 1 - start));
                ReadOnlySpan<ReadOnlyMemory<float>> expected = exact.Run(part, start);
                ReadOnlySpan<ReadOnlyMemory<float>> got = quantized.Run(part, start);
                for (int i = 0; i < part.Length; i++)
                {
                    comparison.Add(expected[i].Span, got[i].Span, tokens[start + i + 1]);
                }
                progress?.Report(new ModelLoadProgress(ModelLoadStage.Measure, (double)(start + part.Length) / tokens.Length));
            }
            return comparison.ToQuality(_precision);
        }
        finally
        {
            Directory.Delete(temporary, true);
        }
    }

    private OnnxExecutorOptions Reference => options with
    {
        Precision = WeightPrecision.Fp32,
        KvPrecision = OnnxKvPrecision.Fp32,
        MeasuresQuality = false,
        MaxStepTokens = Math.Max(32, MostStepTokens),
        KvMemoryBytes = ReferenceKvBytes,
    };

    // The pool's pages cost nothing before they are written, so that its size does not count.
    private string? FindMemoryProblem()
    {
        MemoryFit own = OnnxMemory.Estimate(folder.Spec, options, 1, options.MachineMemory());
        MemoryFit reference = OnnxMemory.Estimate(folder.Spec, Reference, 1, options.MachineMemory());
        long used = Math.Max(own.WeightBytes + own.WorkBytes, GC.GetGCMemoryInfo(GCKind.Any).MemoryLoadBytes);
        long free = options.MachineMemory() - used;
        long needed = reference.WeightBytes + reference.WorkBytes + (MostTokens * reference.KvTokenBytes);
        return needed <= free ? null : $"the model in fp32 needs {needed >> 20} MiB beside it, and {Math.Max(0, free) >> 20} MiB are free";
    }

    private QuantizationQuality? Skip(string reason)
    {
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Measure, 1, $"{_precision} of {folder.Name}: quality not measured: {reason}"));
        return null;
    }
}
