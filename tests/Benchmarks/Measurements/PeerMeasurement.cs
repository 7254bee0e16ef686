using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TokenFactory.Engine.Onnx;
using TokenFactory.Models;
using TokenFactory.Telemetry.Bounds;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// The executor against llama.cpp on the same weights, in alternating runs: the computation of a prompt, and decoding with 1, 8 and 32
/// sequences (<c>--sequences</c>). llama.cpp's side is its own llama-batched-bench, which samples nothing; ours samples greedily.
/// </summary>
internal static class PeerMeasurement
{
    private const int PromptTokens = 512;

    // Tokens that a run decodes over all its sequences, in at least and at most so many steps.
    private const int DecodedTokens = 192;
    private const int LeastSteps = 12;
    private const int MostSteps = 64;

    public static async Task<Measurement> RunAsync(string[] args)
    {
        ModelFolder folder = ModelFolder.Open(Arguments.Require(args, "--model", "a model folder; tools/RandomModel writes one and, with --gguf, the same weights for the peer"));
        string peerModel = Arguments.Require(args, "--peer-model", "the same weights as GGUF, quantised by llama-quantize");
        string peer = Arguments.Require(args, "--peer", "the path of llama-batched-bench");
        string[] peerOptions = (Arguments.Find(args, "--peer-options") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int pairs = int.Parse(Arguments.Find(args, "--pairs") ?? "5", CultureInfo.InvariantCulture);
        int context = int.Parse(Arguments.Find(args, "--depth") ?? "256", CultureInfo.InvariantCulture);
        int[] sequences = [.. (Arguments.Find(args, "--sequences") ?? "1,8,32").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        int longest = Math.Max(PromptTokens, context) + 128;
        OnnxExecutorOptions executorOptions = new()
        {
            Precision = Enum.Parse<WeightPrecision>(Arguments.Require(args, "--precision", "Int4 or Int8"), ignoreCase: true),
            MaxSequences = sequences.Max(),
            MaxContext = longest,
            KvMemoryBytes = 12L << 30,
        };
        double bandwidth = ReadBandwidth.Measure(executorOptions.ComputingThreads).BytesPerSecond;
        using OnnxModelExecutor executor = OnnxModelExecutor.Load(folder, executorOptions);

        List<(string, double, string)> figures = [];
        await CompareAsync(
            "prompt of 512",
            () => new ExecutorLoad(executor, 1, longest).Prefill(PromptTokens),
            () => PeerAsync(peer, peerModel, peerOptions, PromptTokens, 1, 1, "speed_pp"));
        foreach (int count in sequences)
        {
            int steps = Math.Clamp(DecodedTokens / count, LeastSteps, MostSteps);
            await CompareAsync(
                string.Create(CultureInfo.InvariantCulture, $"{count} sequences after {context}"),
                () =>
                {
                    ExecutorLoad load = new(executor, count, longest);
                    load.Prefill(context);
                    return load.Decode(steps);
                },
                () => PeerAsync(peer, peerModel, peerOptions, context, steps, count, "speed_tg"));
        }
        // The better of two, as bench takes it: others may have disturbed either.
        figures.Add(("reading memory", Math.Max(bandwidth, ReadBandwidth.Measure(executorOptions.ComputingThreads).BytesPerSecond) / 1e9, "GB/s"));
        return new Measurement(true, figures);

        async Task CompareAsync(string what, Func<double> ours, Func<Task<double>> theirs)
        {
            List<double> own = [];
            List<double> other = [];
            _ = ours();
            for (int pair = 0; pair < pairs; pair++)
            {
                own.Add(ours());
                other.Add(await theirs());
            }
            figures.Add(($"{what}: ratio", Quantiles.Median(own.Zip(other, (a, b) => a / b)), "times"));
            figures.Add(($"{what}: ours", Quantiles.Median(own), "tokens/s"));
            figures.Add(($"{what}: llama.cpp", Quantiles.Median(other), "tokens/s"));
        }
    }

    private static async Task<double> PeerAsync(string peer, string model, string[] options, int prompt, int steps, int sequences, string figure)
    {
        string threads = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        string context = (sequences * (prompt + steps)).ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(peer)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-m", model, "-t", threads, "-c", context, "-b", "2048", "-ub", "512", "--output-format", "jsonl",
                "-npp", prompt.ToString(CultureInfo.InvariantCulture), "-ntg", steps.ToString(CultureInfo.InvariantCulture),
                "-npl", sequences.ToString(CultureInfo.InvariantCulture),
            },
        };
        foreach (string option in options)
        {
            start.ArgumentList.Add(option);
        }
        using Process process = Process.Start(start)!;
        Task<string> log = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        string line = output.Split('\n').FirstOrDefault(text => text.StartsWith('{'))
            ?? throw new InvalidOperationException($"{peer} printed no figures: {await log}");
        return JsonElement.Parse(line).GetProperty(figure).GetDouble();
    }
}
