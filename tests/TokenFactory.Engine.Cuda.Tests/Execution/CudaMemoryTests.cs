using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>What was estimated before a load against what the device has given after it.</summary>
public sealed class CudaMemoryTests(EmulatedDevice device)
{
    private const double Tolerance = 0.03;

    [Theory]
    [InlineData(8 << 20, 4, 256, CudaPrecision.BFloat16, false)]
    [InlineData(32 << 20, 64, null, CudaPrecision.BFloat16, true)]
    [InlineData(8 << 20, 4, 256, CudaPrecision.Fp8, true)]
    [InlineData(1 << 20, 64, null, CudaPrecision.Fp8, false)]
    public void Estimate_OfAModel_IsWhatLoadingItTakes(long kvBytes, int sequences, int? context, CudaPrecision precision, bool fp8Kv)
    {
        Emulator emulator = device.Require();
        ModelFolder folder = ModelFolder.Open(Path.Combine(SharedData.RepositoryRoot, "models/demo"));
        CudaExecutorOptions options = new() { Precision = precision, Fp8Kv = fp8Kv, MaxSequences = sequences, MaxContext = context, MaxStepTokens = 512, KvMemoryBytes = kvBytes, CacheFolder = device.KernelFolder };
        MemoryFit fit = CudaMemory.Estimate(folder.Spec, options, replicas: 1, CudaPlatform.ReadMemory()[0]);
        long before = emulator.AllocatedBytes;

        using CudaModelExecutor executor = CudaModelLoader.Load(folder, options);

        Assert.InRange((emulator.AllocatedBytes - before) / (double)fit.TotalBytes, 1 - Tolerance, 1 + Tolerance);
        Assert.Equal((executor.Limits.MaxSequences, executor.Limits.MaxContext), (fit.Sequences, fit.Context));
        Assert.InRange(executor.Limits.BlockCount * executor.Limits.BlockSize, fit.KvTokens - (2 * options.BlockSize), fit.KvTokens);
    }
}
