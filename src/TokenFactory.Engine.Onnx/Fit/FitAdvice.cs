using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Fit;

/// <summary>One change that would make a model fit.</summary>
/// <param name="Options">How to load it then.</param>
/// <param name="Replicas">In how many replicas.</param>
/// <param name="Fit">What it takes then.</param>
public sealed record FitRemedy(OnnxExecutorOptions Options, int Replicas, MemoryFit Fit);

/// <summary>Looks for the smallest changes that make a model fit: each changes one thing and leaves the others as asked.</summary>
public static class FitAdvice
{
    private const int ShortestContext = 256;

    /// <summary>Remedies, the one that costs least first; none where only a bigger machine helps.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">How it was asked to be loaded.</param>
    /// <param name="replicas">In how many replicas.</param>
    /// <param name="machineBytes">Memory of the machine or its container.</param>
    /// <param name="freeBytes">What of it can be had.</param>
    public static IReadOnlyList<FitRemedy> Find(ModelSpec spec, OnnxExecutorOptions options, int replicas, long machineBytes, long freeBytes)
    {
        List<FitRemedy> found = [];
        MemoryFit asked = MemoryFit.Estimate(spec, options, replicas, machineBytes);
        TryFirst(Enumerable.Range(1, replicas - 1).Reverse().Select(fewer => (options, fewer)));
        TryFirst([(WithKvFor(options, asked, asked.Sequences, asked.Context), replicas)]);
        TryFirst(Halves(asked.Sequences, 1).Select(sequences => (WithKvFor(options, asked, sequences, asked.Context) with { MaxSequences = sequences }, replicas)));
        TryFirst(Halves(asked.Context, ShortestContext).Select(context => (WithKvFor(options, asked, asked.Sequences, context) with { MaxContext = context }, replicas)));
        TryFirst(Smaller(asked.Precision).Select(precision => (options with { Precision = precision }, replicas)));
        return found;

        void TryFirst(IEnumerable<(OnnxExecutorOptions Options, int Replicas)> ways)
        {
            foreach ((OnnxExecutorOptions way, int count) in ways)
            {
                MemoryFit fit = MemoryFit.Estimate(spec, way, count, machineBytes);
                if (fit.TotalBytes <= freeBytes && fit.TotalBytes < asked.TotalBytes)
                {
                    found.Add(new FitRemedy(way, count, fit));
                    return;
                }
            }
        }
    }

    /// <summary>KV memory that just holds so many sequences of a length: half of it is the pool.</summary>
    private static OnnxExecutorOptions WithKvFor(OnnxExecutorOptions options, MemoryFit fit, int sequences, int context)
    {
        const long Mebibyte = 1 << 20;
        long bytes = Math.Max(2 * fit.KvTokenBytes * options.BlockSize, 2 * fit.KvTokenBytes * sequences * context);
        return options with { KvMemoryBytes = (bytes + Mebibyte - 1) / Mebibyte * Mebibyte };
    }

    private static IEnumerable<int> Halves(int from, int least)
    {
        for (int value = from / 2; value >= least; value /= 2)
        {
            yield return value;
        }
    }

    private static WeightPrecision[] Smaller(WeightPrecision precision) => precision switch
    {
        WeightPrecision.Fp32 => [WeightPrecision.Int8, WeightPrecision.Int4],
        WeightPrecision.Int8 => [WeightPrecision.Int4],
        _ => [],
    };
}
