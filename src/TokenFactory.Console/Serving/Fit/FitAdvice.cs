using TokenFactory.Engine.Loading;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Fit;

/// <summary>One change that would make a model fit.</summary>
/// <param name="Options">How to load it then.</param>
/// <param name="Fit">What it takes then.</param>
public sealed record FitRemedy(ModelOptions Options, MemoryFit Fit);

/// <summary>Looks for the smallest changes that make a model fit: each changes one thing and leaves the others as asked.</summary>
/// <param name="estimate">What a model takes, loaded in some way.</param>
/// <param name="smaller">Precisions that take less than the one given, largest first.</param>
public sealed class FitAdvice(Func<ModelOptions, MemoryFit> estimate, Func<string, IReadOnlyList<ModelPrecision>> smaller)
{
    private const int ShortestContext = 256;
    private const long Mebibyte = 1 << 20;

    /// <summary>Remedies, the one that costs least first; none where only a bigger machine helps.</summary>
    /// <param name="options">How it was asked to be loaded.</param>
    /// <param name="freeBytes">What can be had.</param>
    public IReadOnlyList<FitRemedy> Find(ModelOptions options, long freeBytes)
    {
        List<FitRemedy> found = [];
        MemoryFit asked = estimate(options);
        TryFirst(Enumerable.Range(1, asked.ReplicasPerMemory - 1).Reverse().Select(fewer => Change(options, way => way.Replicas = fewer)));
        TryFirst([WithKvFor(options, asked, asked.Sequences, asked.Context)]);
        TryFirst(Halves(asked.Sequences, 1).Select(sequences => Change(WithKvFor(options, asked, sequences, asked.Context), way => way.MaxSequences = sequences)));
        TryFirst(Halves(asked.Context, ShortestContext).Select(context => Change(WithKvFor(options, asked, asked.Sequences, context), way => way.MaxContext = context)));
        TryFirst(smaller(asked.Precision).Select(precision => Change(options, way => way.Precision = precision)));
        return found;

        void TryFirst(IEnumerable<ModelOptions> ways)
        {
            foreach (ModelOptions way in ways)
            {
                MemoryFit fit = estimate(way);
                if (fit.TotalBytes <= freeBytes && fit.TotalBytes < asked.TotalBytes)
                {
                    found.Add(new FitRemedy(way, fit));
                    return;
                }
            }
        }
    }

    /// <summary>KV memory that just holds so many sequences of a length.</summary>
    private static ModelOptions WithKvFor(ModelOptions options, MemoryFit fit, int sequences, int context)
    {
        long pool = fit.KvTokenBytes * sequences * context;
        return Change(options, way => way.KvMemoryMegabytes = Math.Max(1, (pool + Mebibyte - 1) / Mebibyte));
    }

    private static ModelOptions Change(ModelOptions options, Action<ModelOptions> change)
    {
        ModelOptions changed = options.Copy();
        change(changed);
        return changed;
    }

    private static IEnumerable<int> Halves(int from, int least)
    {
        for (int value = from / 2; value >= least; value /= 2)
        {
            yield return value;
        }
    }
}
