using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Runs a chunk and a decode step, so that a first request does not pay for what is built on first use.</summary>
internal static class WarmUp
{
    private const int ChunkTokens = 32;

    /// <param name="runner">A runner whose rows nobody else uses.</param>
    /// <param name="limits">The executor's limits.</param>
    public static void Run(StepRunner runner, ExecutorLimits limits)
    {
        int chunk = Math.Min(Math.Min(ChunkTokens, limits.MaxStepTokens), limits.MaxContext - 1);
        KvBlockTable table = new(limits.BlockCount);
        int blocks = (chunk / limits.BlockSize) + 1;
        for (int block = 0; block < Math.Min(blocks, limits.BlockCount); block++)
        {
            table.Add(block);
        }
        SamplingState sampling = new(SamplingParameters.Greedy, [], 2);
        StepPlan plan = new(limits.MaxStepTokens, limits.MaxSequences);
        StepResult result = new(limits.MaxSequences);
        plan.Reset(0);
        plan.Add(0, 0, chunk, fresh: true, table, table.Count, sampling).Clear();
        runner.Run(plan, result);
        plan.Reset(1);
        plan.Add(0, chunk, 1, fresh: false, table, table.Count, sampling).Clear();
        runner.Run(plan, result);
    }
}
