using TokenFactory.Benchmarks.Structured;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>Every hot path by name; each measures itself after a warm-up and returns bytes allocated per token (per request where the name says so).</summary>
internal static class HotPaths
{
    public static IReadOnlyDictionary<string, Func<double>> All { get; } = new Dictionary<string, Func<double>>
    {
        ["scheduler step, 10000 live sequences"] = SchedulerStep,
        ["scheduler step with drafts"] = DraftLoad.MeasureAllocation,
        ["executor step on the processor, 8 sequences"] = CpuStepLoad.MeasureAllocation,
        ["sampler, temperature over the whole vocabulary"] = () => Sample(new SamplingParameters { Seed = 1 }),
        ["sampler, top-k and top-p with logprobs"] = () =>
            Sample(new SamplingParameters { Seed = 1, TopK = 50, TopP = 0.9f, MinP = 0.01f, Logprobs = true, TopLogprobs = 5 }),
        ["streaming detokenisation"] = TextHotPath.Detokenize,
        ["server-sent event of a chat chunk"] = TextHotPath.WriteChunks,
        ["server-sent event of a chat chunk, read for tools and reasoning"] = TextHotPath.WritePartsChunks,
        ["server-sent event of a response, its text kept"] = TextHotPath.WriteResponseEvents,
        ["admission and metering of a request"] = () => AdmissionPath.MeasureAsync().GetAwaiter().GetResult(),
        ["engine loop, 64 streams"] = () => LoopHotPath.MeasureAsync(streams: 64, tokens: 1500).GetAwaiter().GetResult(),
        ["CUDA host step, 256 sequences"] = CudaHostStep,
        ["structured output, mask and accept"] = () => StructuredLoad.Create().MeasureAllocation(),
    };

    private static double SchedulerStep()
    {
        SchedulerLoad load = SchedulerLoad.Create(sequences: 10_000);
        return PerToken(() => load.Run(), warmUps: 20, times: 20, tokensEach: 10_000);
    }

    private static double CudaHostStep()
    {
        using CudaHostLoad load = CudaHostLoad.Create(sequences: 256);
        return PerToken(load.Run, warmUps: 100, times: 40, tokensEach: 256);
    }

    private static double Sample(SamplingParameters parameters)
    {
        float[] logits = [.. Enumerable.Range(0, 32_000).Select(i => MathF.Sin(i * 0.7f) * 6)];
        float[] row = new float[logits.Length];
        Sampler sampler = new(logits.Length);
        StepResult result = new(1);
        SamplingState state = new(parameters, [0], 1000);
        return PerToken(
            () =>
            {
                logits.CopyTo(row, 0);
                result.Reset(0);
                sampler.Sample(row, state, 0, result);
            },
            warmUps: 5,
            times: 100,
            tokensEach: 1);
    }

    internal static double PerToken(Action action, int warmUps, int times, int tokensEach)
    {
        for (int i = 0; i < warmUps; i++)
        {
            action();
        }
        return Allocations.Of(action, times) / ((double)times * tokensEach);
    }
}
