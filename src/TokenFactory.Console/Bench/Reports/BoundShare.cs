using TokenFactory.Engine.Loading;
using TokenFactory.Models.Configuration;
using TokenFactory.Telemetry.Bounds;
using TokenFactory.Web.Bench.Targets;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>
/// How near the engine's steps came to what the processor can do. Steps without prompt tokens are held against its memory: each reads the
/// weights once, and keys and values of every position that is attended to. Steps with prompt tokens are held against its arithmetic: two
/// operations for each weight and token, the head's for sampled tokens only, and four for each pair of token and position, head and layer.
/// </summary>
/// <param name="spec">The model.</param>
/// <param name="memory">What it takes: the weights' bytes are those that a step multiplies with.</param>
/// <param name="bounds">The machine.</param>
internal sealed class BoundShare(ModelSpec spec, MemoryFit memory, MachineBounds bounds)
{
    private const double Giga = 1e9;

    /// <summary>Steps without prompt tokens; null where there were none.</summary>
    public DecodeShare? Decode(EngineUse use)
    {
        if (use.Decode.Seconds <= 0)
        {
            return null;
        }
        StepTotals steps = use.Decode;
        double weights = (double)steps.Steps * memory.WeightBytes;
        double keysAndValues = (double)steps.PositionsRead * memory.KvTokenBytes;
        double rate = (weights + keysAndValues) / Time(steps, use) / Giga;
        return new DecodeShare(steps.Steps, Time(steps, use), weights, keysAndValues, rate, rate / bounds.ReadGigabytesPerSecond);
    }

    /// <summary>Steps with prompt tokens; null where there were none.</summary>
    public PrefillShare? Prefill(EngineUse use)
    {
        if (use.Prefill.Seconds <= 0)
        {
            return null;
        }
        StepTotals steps = use.Prefill;
        long head = (long)spec.VocabularySize * spec.HiddenSize;
        long layers = spec.ActiveParameterCount - (spec.TiedEmbeddings ? head : 2 * head);
        double products = 2.0 * (((double)layers * steps.Tokens) + ((double)head * steps.Sampled));
        double attention = 4.0 * spec.Layers * spec.QuerySize * steps.PairsScored;
        double rate = (products + attention) / Time(steps, use) / Giga;
        bool isInteger = memory.Precision is "int8" or "int4" && bounds.Int8GigaOperationsPerSecond is not null;
        double bound = isInteger ? bounds.Int8GigaOperationsPerSecond!.Value : bounds.Fp32GigaOperationsPerSecond;
        return new PrefillShare(steps.Steps, Time(steps, use), steps.Tokens, products, attention, rate, isInteger ? "int8" : "fp32", rate / bound);
    }

    /// <summary>Replicas compute side by side with a share of the threads each: their steps' times overlap.</summary>
    private static double Time(in StepTotals steps, EngineUse use) => steps.Seconds / use.Replicas;
}
