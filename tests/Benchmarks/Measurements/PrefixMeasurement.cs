namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Prefix reuse: time to first token of a prompt whose first 1,000 tokens were seen, against that of one all new.</summary>
internal static class PrefixMeasurement
{
    private const int Prefix = 1000;
    private const int Own = 16;
    private const int BlockSize = 16;
    private const int Rounds = 5;
    private const double LeastRatio = 5;

    public static async Task<Measurement> RunAsync(string[] args)
    {
        using MeasuredModel model = MeasuredModel.Load(args, sequences: 2, context: 2048);
        await model.GenerateAsync(model.RandomPrompt(64, seed: 1_000_003), 4);
        List<double> cold = [];
        List<double> warm = [];
        List<int> cached = [];
        bool equal = true;
        for (int round = 0; round < Rounds; round++)
        {
            int[] prefix = model.RandomPrompt(Prefix, round);
            int[] second = [.. prefix, .. model.RandomPrompt(Own, 1000 + round)];
            var first = await model.GenerateAsync([.. prefix, .. model.RandomPrompt(Own, 2000 + round)], 4);
            var reused = await model.GenerateAsync(second, 4);
            cold.Add(first.Outcome.FirstTokenTime!.Value.TotalMilliseconds);
            warm.Add(reused.Outcome.FirstTokenTime!.Value.TotalMilliseconds);
            cached.Add(reused.Outcome.CachedTokens);
            equal &= first.Outcome.CachedTokens == 0;
        }
        cold.Sort();
        warm.Sort();
        double ratio = cold[Rounds / 2] / warm[Rounds / 2];
        return new Measurement(
            equal && ratio >= LeastRatio && cached.TrueForAll(count => count >= Prefix / BlockSize * BlockSize),
            [
                ($"first token, all new / reused prefix, {model.Precision}", ratio, "times"),
                ("first token, all new, median", cold[Rounds / 2], "ms"),
                ("first token, reused prefix, median", warm[Rounds / 2], "ms"),
                ("cached tokens of the second request, least", cached.Min(), $"of {Prefix + Own}"),
            ]);
    }
}
