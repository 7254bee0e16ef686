using System.Diagnostics;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Tests.Scheduling;
using TokenFactory.Tests.Shared;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// Three tenants of weights 1, 1 and 2 before one model. Each sends 0.7 of its share, then the first sends ten times its share: the
/// others' times to first token of both. Then all send more than their share, and the first ten times: tokens served by weight.
/// </summary>
internal static class TenantsMeasurement
{
    private const int Sequences = 32;
    private const int Context = 1024;
    private const double ShareUsed = 0.7;
    private const double Flood = 10;
    private const double MostRatio = 1.3;
    private const double LeastJain = 0.98;

    // Shares are reckoned from what a backlog is served in these seconds, the first of which fill the rows.
    private const double BacklogSeconds = 30;
    private const double FillingSeconds = 5;

    private static readonly double[] Weights = [1, 1, 2];

    public static async Task<Measurement> RunAsync(string[] args)
    {
        string[] model = Arguments.Find(args, "--model") is null ? [.. args, "--model", Path.Combine(SharedData.RepositoryRoot, "models", "demo")] : args;
        double seconds = double.Parse(Arguments.Find(args, "--seconds") ?? "60", System.Globalization.CultureInfo.InvariantCulture);

        // Whatever the model can do, this is more.
        double capacity = (await ServedByWeightAsync(model, tenant => 1, capacity: 100_000)).Zip(Weights, (served, weight) => served * weight).Sum();
        IReadOnlyList<double>[] quiet = await FirstTokensAsync(model, tenant => ShareUsed, capacity, seconds);
        IReadOnlyList<double>[] flooded = await FirstTokensAsync(model, tenant => tenant == 0 ? Flood : ShareUsed, capacity, seconds);
        double jain = Fairness.Jain(await ServedByWeightAsync(model, tenant => tenant == 0 ? Flood : 2, capacity));

        List<(string, double, string)> figures = [("a backlog of all", capacity, "tokens/s")];
        bool within = jain >= LeastJain;
        for (int tenant = 1; tenant < Weights.Length; tenant++)
        {
            double before = Quantiles.At(quiet[tenant], 0.95);
            double after = Quantiles.At(flooded[tenant], 0.95);
            within &= after <= MostRatio * before;
            figures.Add(($"{Name(tenant)} of weight {Weights[tenant]}, p95 beside the flood / without", after / before, "times"));
            figures.Add(($"{Name(tenant)}, first token, p95 without the flood", before, "ms"));
            figures.Add(($"{Name(tenant)}, first token, p95 beside the flood", after, "ms"));
            figures.Add(($"{Name(tenant)}, requests", quiet[tenant].Count, "requests"));
        }
        figures.Add(("Jain's index of tokens by weight, all backlogged", jain, "of 1"));
        return new Measurement(within, figures);
    }

    private static string Name(int tenant) => $"tenant {tenant + 1}";

    /// <summary>Each tenant's times to first token, in milliseconds, of what comes in so many seconds.</summary>
    private static async Task<IReadOnlyList<double>[]> FirstTokensAsync(string[] args, Func<int, double> shares, double capacity, double seconds)
    {
        MeasuredModel model = MeasuredModel.Load(args, Sequences, Context, takesAll: true);
        List<Task<double?>>[] answers = [.. Weights.Select(_ => new List<Task<double?>>())];
        using (model)
        {
            await SendAsync(model, Loads(shares, capacity), seconds, (tenant, answer) => answers[tenant].Add(answer));
            // The flood's own backlog goes with the model.
            await Task.WhenAll(answers[1..].SelectMany(tenant => tenant));
        }
        return [.. await Task.WhenAll(answers.Select(async tenant => (IReadOnlyList<double>)[.. (await Task.WhenAll(tenant)).OfType<double>()]))];
    }

    /// <summary>Tokens a second over weight that each tenant is served while all have a backlog.</summary>
    private static async Task<double[]> ServedByWeightAsync(string[] args, Func<int, double> shares, double capacity)
    {
        List<Task> answers = [];
        double[] served;
        using (MeasuredModel model = MeasuredModel.Load(args, Sequences, Context, takesAll: true))
        {
            Task sending = SendAsync(model, Loads(shares, capacity), BacklogSeconds, (_, answer) => answers.Add(answer));
            await Task.Delay(TimeSpan.FromSeconds(FillingSeconds));
            long start = Stopwatch.GetTimestamp();
            double[] before = await CountersAsync(model);
            await sending;
            double[] after = await CountersAsync(model);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            served = [.. after.Zip(before, (end, begin) => (end - begin) / seconds)];
        }
        await Task.WhenAll(answers);
        return served;
    }

    private static async Task<double[]> CountersAsync(MeasuredModel model)
    {
        IReadOnlyList<ShareSnapshot> shares = await model.SharesAsync();
        return [.. Weights.Select((_, tenant) => shares.FirstOrDefault(share => share.Tenant == Name(tenant) && share.Waiting > 0)?.Served
            ?? throw new InvalidOperationException($"{Name(tenant)} has no backlog; its share cannot be told."))];
    }

    private static TenantLoad[] Loads(Func<int, double> shares, double capacity) =>
        [.. Weights.Select((weight, tenant) => new TenantLoad(Name(tenant), weight, shares(tenant) * capacity * weight / Weights.Sum() / TenantLoad.MeanTokens))];

    /// <summary>Sends each request at its time, whatever has become of the earlier ones.</summary>
    private static async Task SendAsync(MeasuredModel model, TenantLoad[] loads, double seconds, Action<int, Task<double?>> sent)
    {
        TenantRequest[] requests = [.. loads.SelectMany((load, tenant) => load.Requests(seconds, seed: tenant + 1)).OrderBy(request => request.At)];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < requests.Length; i++)
        {
            TimeSpan early = TimeSpan.FromSeconds(requests[i].At) - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }
            sent(Array.IndexOf(loads, requests[i].Load), FirstTokenAsync(model, requests[i], seed: i));
        }
    }

    /// <returns>Milliseconds to the first token; null where the model was gone before.</returns>
    private static async Task<double?> FirstTokenAsync(MeasuredModel model, TenantRequest request, int seed)
    {
        int[] prompt = model.RandomPrompt(request.Prompt, seed);
        return (await model.GenerateAsync(prompt, request.Answer, tenant: request.Load.Tenant, weight: request.Load.Weight)).Outcome.FirstTokenTime?.TotalMilliseconds;
    }
}
