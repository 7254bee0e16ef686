using System.Diagnostics;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// One sequence with drafts and without, in alternation: decoded greedily, which repeats itself more or less as the model does, and drawn
/// at a high temperature, which repeats nothing. The former's gain is the model's own; the latter must cost next to nothing.
/// </summary>
internal static class SpeculationMeasurement
{
    private const int PromptTokens = 256;
    private const int Tokens = 160;
    private const int Pairs = 5;
    private const double MostLoss = 0.97;

    public static async Task<Measurement> RunAsync(string[] args)
    {
        using MeasuredModel model = MeasuredModel.Load(args, sequences: 4, context: 1024);
        (double gain, double accepted) = await CompareAsync(model, temperature: 0);
        (double loss, double chance) = await CompareAsync(model, temperature: 1.5f);
        return new Measurement(
            loss >= MostLoss,
            [
                ("decoded greedily: with drafts to without", gain, "times"),
                ("decoded greedily: drafts that were right", accepted, "share"),
                ("text that repeats nothing: with drafts to without", loss, "times"),
                ("text that repeats nothing: drafts that were right", chance, "share"),
            ]);
    }

    /// <summary>The median of the pairs' ratios of tokens a second, and the share of right drafts.</summary>
    private static async Task<(double Ratio, double Accepted)> CompareAsync(MeasuredModel model, float temperature)
    {
        List<double> ratios = [];
        (long drafted, long accepted) = model.Drafts;
        for (int pair = 0; pair < Pairs; pair++)
        {
            double with = await RateAsync(model, pair, temperature, drafts: true);
            ratios.Add(with / await RateAsync(model, pair, temperature, drafts: false));
        }
        long more = model.Drafts.Drafted - drafted;
        return (Quantiles.Median(ratios), more == 0 ? 0 : (model.Drafts.Accepted - accepted) / (double)more);
    }

    private static async Task<double> RateAsync(MeasuredModel model, int seed, float temperature, bool drafts)
    {
        await model.SetDraftsAsync(drafts);
        int[] prompt = model.RandomPrompt(PromptTokens, seed);
        // The prompt is in the cache before the time counts.
        await model.GenerateAsync(prompt, 1);
        long start = Stopwatch.GetTimestamp();
        await model.GenerateAsync(prompt, Tokens, temperature: temperature);
        return Tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
