using TokenFactory.Engine.Loading;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Fit;

/// <summary>Refuses a model that cannot fit before anything of it is read, and says which single option would make it fit.</summary>
internal static class CudaFitCheck
{
    private const int LeastContext = 256;
    private const int LeastStepTokens = 256;

    /// <param name="spec">The model.</param>
    /// <param name="options">How it is asked to be loaded.</param>
    /// <param name="device">The device, and what is free there.</param>
    /// <exception cref="CudaMemoryException">It does not fit.</exception>
    public static void Require(ModelSpec spec, CudaExecutorOptions options, CudaDeviceMemory device)
    {
        MemoryFit fit = Estimate(options);
        if (fit.TotalBytes <= device.FreeBytes)
        {
            return;
        }
        string[] remedies = [.. Remedies(spec, options, fit).Select(FirstThatFits).OfType<string>()];
        string advice = remedies.Length > 0
            ? $"It would fit with {string.Join(", or with ", remedies)}."
            : "No single option makes it fit: free the device, or choose one with more memory or a smaller model.";
        throw new CudaMemoryException(FormattableString.Invariant(
            $"The model needs {fit.TotalBytes:N0} bytes on cuda:{device.Ordinal} ({device.Name}): {fit.WeightBytes:N0} for weights, {fit.WorkBytes:N0} for the largest step, {fit.KvPoolBytes:N0} for keys and values. {device.FreeBytes:N0} of {device.TotalBytes:N0} are free. {advice}"));

        MemoryFit Estimate(CudaExecutorOptions asked) => CudaMemory.Estimate(spec, asked, replicas: 1, device);

        string? FirstThatFits(IEnumerable<(string Words, CudaExecutorOptions Options)> ways)
        {
            foreach ((string words, CudaExecutorOptions way) in ways)
            {
                if (Estimate(way).TotalBytes <= device.FreeBytes)
                {
                    return words;
                }
            }
            return null;
        }
    }

    /// <summary>Each changes one option, by more and more.</summary>
    private static IEnumerable<IEnumerable<(string Words, CudaExecutorOptions Options)>> Remedies(ModelSpec spec, CudaExecutorOptions options, MemoryFit fit)
    {
        if (options.KvMemoryBytes is not null)
        {
            yield return [($"{nameof(options.KvMemoryBytes)} left open", options with { KvMemoryBytes = null })];
        }
        yield return Halves(fit.Sequences, 1).Select(value => ($"{nameof(options.MaxSequences)} {value}", options with { MaxSequences = value }));
        yield return Halves(options.MaxStepTokens, Math.Max(LeastStepTokens, options.MaxSequences))
            .Select(value => ($"{nameof(options.MaxStepTokens)} {value}", options with { MaxStepTokens = value }));
        yield return Halves(Math.Min(spec.MaxPositions, fit.Context), LeastContext).Select(value => ($"{nameof(options.MaxContext)} {value}", options with { MaxContext = value }));
    }

    private static IEnumerable<int> Halves(int from, int least)
    {
        for (int value = from / 2; value >= least; value /= 2)
        {
            yield return value;
        }
    }
}
