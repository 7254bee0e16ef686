using System.Diagnostics;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// Continuous batching: tokens a second of many streams at once against one after another, in alternating rounds of one run. Greedy
/// outputs of both are compared token by token.
/// </summary>
internal static class BatchingMeasurement
{
    private const int Streams = 16;
    private const int PromptTokens = 32;
    private const int NewTokens = 64;
    private const int Rounds = 3;
    private const double LeastRatio = 2.2;

    public static async Task<Measurement> RunAsync(string[] args)
    {
        using MeasuredModel model = MeasuredModel.Load(args, Streams, context: 1024);
        await model.GenerateAsync(model.RandomPrompt(PromptTokens, seed: 1_000_003), 8);
        List<double> ratios = [];
        List<double> alone = [];
        List<double> together = [];
        int different = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // Prompts of their own each round and a salt each way, so that nothing is found in the cache.
            int[][] prompts = [.. Enumerable.Range(0, Streams).Select(stream => model.RandomPrompt(PromptTokens, (round * Streams) + stream))];
            List<int[]> single = [];
            alone.Add(await TimeAsync(async () =>
            {
                foreach (int[] prompt in prompts)
                {
                    single.Add((await model.GenerateAsync(prompt, NewTokens, "alone")).Tokens);
                }
            }));
            int[][] batched = [];
            together.Add(await TimeAsync(async () =>
                batched = [.. (await Task.WhenAll(prompts.Select(prompt => model.GenerateAsync(prompt, NewTokens, "together")))).Select(answer => answer.Tokens)]));
            ratios.Add(together[^1] / alone[^1]);
            different += single.Zip(batched).Count(pair => !pair.First.SequenceEqual(pair.Second));
        }
        return new Measurement(
            Quantiles.Median(ratios) >= LeastRatio && different == 0,
            [
                ($"{Streams} streams / 1 stream, {model.Precision}, median", Quantiles.Median(ratios), "times"),
                ("least ratio of a round", ratios.Min(), "times"),
                ("1 stream", Quantiles.Median(alone), "tokens/s"),
                ($"{Streams} streams", Quantiles.Median(together), "tokens/s"),
                ("greedy outputs that differ", different, $"of {Rounds * Streams}"),
            ]);
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        long start = Stopwatch.GetTimestamp();
        await run();
        return Streams * NewTokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
