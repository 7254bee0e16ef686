using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>What a decode step launches, matrix products among it.</summary>
public sealed class LaunchTests(EmulatedDevice device)
{
    private const int Layers = 2;

    [Fact]
    public void DecodeStep_Layer_IsSevenLaunches()
    {
        string[] layer = ["matmul", "rope_kv_write", "attention_decode", "matmul", "matmul", "gated_activation", "matmul"];

        string[] launched = LaunchesOfAStep(device.Require(), GoldenCases.Folder(), rows: 3);

        string[] before = ["upload", "embedding"], after = ["gather_rows", "rms_norm", "matmul", "sampling", "download"];
        Assert.Equal([.. before, .. Enumerable.Repeat(layer, Layers).SelectMany(one => one), .. after], launched);
    }

    [Fact]
    public void DecodeStep_OurKernelIsFaster_IsSevenLaunchesToo()
    {
        string[] layer = ["gemv", "rope_kv_write", "attention_decode", "gemv", "gemv", "gated_activation", "gemv"];
        Emulator emulator = device.Require();
        // A product takes longer than the emulated device takes for all threads of the kernel.
        emulator.SetAlgorithms(10_000);

        string[] launched = LaunchesOfAStep(emulator, GoldenCases.Folder(), rows: 3);

        string[] before = ["upload", "embedding"], after = ["gather_rows", "rms_norm", "matmul", "sampling", "download"];
        Assert.Equal([.. before, .. Enumerable.Repeat(layer, Layers).SelectMany(one => one), .. after], launched);
    }

    [Fact]
    public void DecodeStep_LayerInFp8_IsTenLaunches()
    {
        string[] layer =
        [
            "join_fp8", "matmul", "rope_kv_write", "attention_decode", "quantize_fp8", "matmul", "join_fp8", "matmul", "gated_activation_fp8", "matmul",
        ];

        string[] launched = LaunchesOfAStep(device.Require(), GoldenCases.Folder(), rows: 3, CudaPrecision.Fp8);

        string[] before = ["upload", "embedding"], after = ["join_fp8", "gather_rows", "rms_norm", "matmul", "sampling", "download"];
        Assert.Equal([.. before, .. Enumerable.Repeat(layer, Layers).SelectMany(one => one), .. after], launched);
    }

    [Fact]
    public void DecodeStep_LayerWithExperts_IsTenLaunches()
    {
        string[] dense = ["matmul", "rope_kv_write", "attention_decode", "matmul", "matmul", "gated_activation", "matmul"];
        string[] mixture = [.. dense[..4], "rms_norm", "router", "expert_order", "expert_product", "expert_product", "expert_sum"];
        Emulator emulator = device.Require();
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(
            files, "Qwen3MoeForCausalLM", """ "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 48, "num_hidden_layers": 3, "mlp_only_layers": [1] """);

        string[] launched = LaunchesOfAStep(emulator, folder, rows: 3);

        string[] before = ["upload", "embedding"], after = ["gather_rows", "rms_norm", "matmul", "sampling", "download"];
        Assert.Equal([.. before, .. mixture, .. dense, .. mixture, .. after], launched);
    }

    // Biases and sinks come with launches that are there anyway; a product of few rows adds no bias, so cuBLASLt does it.
    [Fact]
    public void DecodeStep_LayerOfGptOss_IsTenLaunchesToo()
    {
        string[] layer = ["matmul", "rope_kv_write", "attention_decode", "matmul", "rms_norm", "router", "expert_order", "expert_product", "expert_product", "expert_sum"];
        Emulator emulator = device.Require();
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(files, "GptOssForCausalLM", """ "num_local_experts": 4, "num_experts_per_tok": 2 """);

        string[] launched = LaunchesOfAStep(emulator, folder, rows: 3);

        string[] before = ["upload", "embedding"], after = ["gather_rows", "rms_norm", "matmul", "sampling", "download"];
        Assert.Equal([.. before, .. Enumerable.Repeat(layer, Layers).SelectMany(one => one), .. after], launched);
    }

    [Fact]
    public async Task Stories_OurKernelIsFaster_EqualTheGolden()
    {
        Emulator emulator = device.Require();
        emulator.SetAlgorithms(10_000);
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        List<(int[] Prompt, int[] Output)> golden = GoldenCases.Load();

        int[][] outputs = await engine.RunAsync(golden, most: 40);

        Assert.Equal(golden.Select(item => item.Output.Take(40)), outputs);
    }

    private string[] LaunchesOfAStep(Emulator emulator, ModelFolder folder, int rows, CudaPrecision precision = CudaPrecision.Float16)
    {
        using CudaModelExecutor executor = CudaModelLoader.Load(folder, EmulatedEngine.Options with { Precision = precision, Graphs = false, CacheFolder = device.KernelFolder });
        DecodeSteps steps = new(executor, rows);
        // The first steps bring block tables and settings of sampling.
        steps.Run();
        steps.Run();
        emulator.Note();

        steps.Run();

        return emulator.Notes;
    }
}
