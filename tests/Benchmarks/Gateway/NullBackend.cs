using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Backends;

namespace TokenFactory.Benchmarks.Gateway;

/// <summary>A kind of device whose steps cost nothing but time: everything of a model but its arithmetic is real.</summary>
/// <param name="step">How long a step takes.</param>
internal sealed class NullBackend(TimeSpan step) : IModelBackend
{
    // Any that has a text and ends nothing.
    private const int Token = 300;

    public ModelDevice Device => ModelDevice.Cpu;

    public IReadOnlyList<ModelPrecision> Precisions { get; } = [ModelPrecision.Fp32];

    public string? FindProblem() => null;

    public void Check(ModelFolder folder)
    {
    }

    public ModelOptions Complete(ModelSpec spec, ModelOptions options) => options;

    public MemoryFit Estimate(ModelSpec spec, ModelOptions options) => new()
    {
        Precision = "fp32",
        Replicas = 1,
        SharesMemory = true,
        WeightBytes = 0,
        KvTokenBytes = 1,
        Sequences = Limits(spec).MaxSequences,
        Context = spec.MaxPositions,
        KvPoolBytes = (long)Limits(spec).BlockCount * Limits(spec).BlockSize,
        WorkBytes = 0,
    };

    public AvailableMemory Available(ModelOptions options) => new(long.MaxValue, 0, "nowhere");

    public IModelExecutor Load(ModelFolder folder, ModelOptions options, int replica, IProgress<ModelLoadProgress> progress, CancellationToken cancellation) =>
        new NullExecutor(Limits(folder.Spec), Token, step > TimeSpan.Zero ? () => Thread.Sleep(step) : () => { });

    private static ExecutorLimits Limits(ModelSpec spec) => new()
    {
        BlockSize = 16,
        BlockCount = 2048 * spec.MaxPositions / 16,
        MaxSequences = 2048,
        MaxStepTokens = 8192,
        MaxChunks = 256,
        MaxContext = spec.MaxPositions,
        VocabularySize = spec.VocabularySize,
    };
}
