using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Models;
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

        Check(emulator, folder, new()
        {
            Precision = precision,
            Fp8Kv = fp8Kv,
            MaxSequences = sequences,
            MaxContext = context,
            MaxStepTokens = 512,
            KvMemoryBytes = kvBytes,
            CacheFolder = device.KernelFolder,
        });
    }

    [Theory]
    [InlineData("Qwen3MoeForCausalLM", """ "num_experts": 16, "num_experts_per_tok": 4, "moe_intermediate_size": 320, "mlp_only_layers": [1] """)]
    [InlineData("MixtralForCausalLM", """ "num_local_experts": 8, "intermediate_size": 512 """)]
    [InlineData("GptOssForCausalLM", """ "num_local_experts": 8, "num_experts_per_tok": 4, "intermediate_size": 256, "quantization_config": {"quant_method": "mxfp4"} """)]
    public void Estimate_OfAMixture_IsWhatLoadingItTakes(string architecture, string fields)
    {
        // What is loaded takes little time with products and kernels that do nothing.
        Emulator emulator = device.Require();
        emulator.SetNull(true);
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(files, architecture, $$""" "hidden_size": 256, {{fields}} """, type: TensorType.BF16);

        Check(emulator, folder, new() { MaxSequences = 8, MaxContext = 256, MaxStepTokens = 512, KvMemoryBytes = 1 << 20, CacheFolder = device.KernelFolder });
    }

    private static void Check(Emulator emulator, ModelFolder folder, CudaExecutorOptions options)
    {
        MemoryFit fit = CudaMemory.Estimate(folder.Spec, options, replicas: 1, CudaPlatform.ReadMemory()[0]);
        long before = emulator.AllocatedBytes;

        using CudaModelExecutor executor = CudaModelLoader.Load(folder, options);

        Assert.InRange((emulator.AllocatedBytes - before) / (double)fit.TotalBytes, 1 - Tolerance, 1 + Tolerance);
        Assert.Equal((executor.Limits.MaxSequences, executor.Limits.MaxContext), (fit.Sequences, fit.Context));
        Assert.InRange(executor.Limits.BlockCount * executor.Limits.BlockSize, fit.KvTokens - (2 * options.BlockSize), fit.KvTokens);
    }
}
