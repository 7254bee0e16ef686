using TokenFactory.Benchmarks.Measurements;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Onnx;
using TokenFactory.Models;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>Decode steps of the demonstration model on the processor, its weights packed, on the calling thread.</summary>
internal static class CpuStepLoad
{
    private const int Sequences = 8;
    private const int Steps = 100;

    /// <summary>Bytes allocated per generated token.</summary>
    public static double MeasureAllocation()
    {
        string cache = Directory.CreateTempSubdirectory("token-factory-").FullName;
        try
        {
            ModelFolder folder = ModelFolder.Open(Path.Combine(SharedData.RepositoryRoot, "models", "demo"));
            using OnnxModelExecutor executor = OnnxModelExecutor.Load(
                folder, new OnnxExecutorOptions { Precision = WeightPrecision.Int8, MaxSequences = Sequences, KvMemoryBytes = 64 << 20, CacheFolder = cache });
            ExecutorLoad load = new(new InlineExecutor(executor), Sequences, executor.Limits.MaxContext);
            load.Prefill(16);
            return HotPaths.PerToken(() => load.Decode(1), warmUps: 20, Steps, tokensEach: Sequences);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    /// <summary>Computes where it is waited for: allocation is counted by thread.</summary>
    private sealed class InlineExecutor(OnnxModelExecutor executor) : IModelExecutor
    {
        private readonly StepResult _result = new(executor.Limits.MaxSamples);
        private StepPlan? _plan;

        public DeviceInfo Device => executor.Device;

        public ExecutorLimits Limits => executor.Limits;

        public void Submit(StepPlan plan) => _plan = plan;

        public StepResult Wait()
        {
            executor.Runner.Run(_plan!, _result);
            return _result;
        }

        public void Dispose()
        {
        }
    }
}
