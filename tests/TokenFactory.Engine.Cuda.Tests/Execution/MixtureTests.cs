using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>Mixtures of experts as small random models: greedy tokens equal those of the plain reference in double precision.</summary>
public sealed class MixtureTests : IDisposable
{
    private const string Qwen = """ "num_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 48, "norm_topk_prob": true """;
    private const string QwenOpen = """ "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "num_hidden_layers": 3, "mlp_only_layers": [1] """;
    private const string Mixtral = """ "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 9 """;

    private const string GptOss = """
        "num_local_experts": 4, "num_experts_per_tok": 2, "intermediate_size": 48, "sliding_window": 9, "swiglu_limit": 1.5,
        "rope_scaling": {"rope_type": "yarn", "factor": 8, "beta_fast": 32, "beta_slow": 1, "original_max_position_embeddings": 32, "truncate": false}
        """;

    private const string GptOssMxfp4 = """
        "num_local_experts": 5, "num_experts_per_tok": 3, "intermediate_size": 96, "sliding_window": 12, "quantization_config": {"quant_method": "mxfp4"}
        """;

    private readonly EmulatedDevice _device;
    private readonly Emulator _emulator;
    private readonly TestFolder _files = new();

    public MixtureTests(EmulatedDevice device)
    {
        _device = device;
        _emulator = device.Require();
    }

    public static TheoryData<string, string> Families => new()
    {
        { "Qwen3MoeForCausalLM", Qwen },
        { "Qwen3MoeForCausalLM", QwenOpen },
        { "MixtralForCausalLM", Mixtral },
        { "GptOssForCausalLM", GptOss },
        { "GptOssForCausalLM", GptOssMxfp4 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public Task Tokens_InFp16_EqualTheReference(string architecture, string fields) => CheckAsync(architecture, fields, CudaPrecision.Float16, graphs: true, devices: 1);

    [Theory]
    [MemberData(nameof(Families))]
    public Task Tokens_InBf16WithoutGraphs_EqualTheReference(string architecture, string fields) =>
        CheckAsync(architecture, fields, CudaPrecision.BFloat16, graphs: false, devices: 1);

    [Theory]
    [MemberData(nameof(Families))]
    public Task Tokens_OnTwoDevices_EqualTheReference(string architecture, string fields) => CheckAsync(architecture, fields, CudaPrecision.Float16, graphs: false, devices: 2);

    [Fact]
    public async Task Steps_DecodeRowsBesidePrefillChunks_EqualTheReference()
    {
        ModelFolder folder = TinyModel.Write(_files, "Qwen3MoeForCausalLM", Qwen, type: TensorType.F16);
        using EmulatedEngine engine = new(_device, folder, Options(CudaPrecision.Float16, graphs: true), prefillChunk: 5);
        ClearCase[] cases = [.. Enumerable.Range(0, 3).Select(seed => ClearCase.Find(folder, engine.Executor.Limits.MaxContext, 6 + (7 * seed), 14 - (4 * seed), 0.01, seed))];

        int[][] outputs = await engine.RunAsync(cases.Select(one => (one.Prompt, one.Output)));

        Assert.Equal(cases.Select(one => one.Output), outputs);
        Assert.True(engine.MixedSteps >= 2, $"{engine.MixedSteps} mixed steps");
        Assert.True(_emulator.Launches("graph") > 0);
    }

    // What experts are stored as is made elements on the way to the device, as it is for other matrices.
    [Theory]
    [InlineData(Fp8Scales.Block)]
    [InlineData(Fp8Scales.Row)]
    public async Task Tokens_OfExpertsStoredAsFp8_EqualTheReference(Fp8Scales scales)
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_files, "Qwen3MoeForCausalLM", Qwen, type: TensorType.F16), scales);
        Assert.Equal(CudaPrecision.BFloat16, CudaModelLoader.UsualPrecision(folder.Spec));
        using EmulatedEngine engine = new(_device, folder, Options(CudaPrecision.Float16, graphs: true));
        ClearCase wanted = ClearCase.Find(folder, engine.Executor.Limits.MaxContext, 12, 5, 0.01, seed: 2);

        Assert.Equal(wanted.Output, await engine.RunAsync(wanted.Prompt, wanted.Output.Length));
    }

    [Fact]
    public void Load_InFp8_IsRefusedInWords()
    {
        ModelFolder folder = TinyModel.Write(_files, "Qwen3MoeForCausalLM", Qwen);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => CudaModelLoader.Load(folder, EmulatedEngine.Options with { Precision = CudaPrecision.Fp8 }));

        Assert.Contains("Choose bf16", refusal.Message, StringComparison.Ordinal);
    }

    // The order of threads, and so of what they count and place, changes nothing.
    [Fact]
    public async Task Logprobs_InAnyOrderOfThreads_AreTheSameBits()
    {
        ModelFolder folder = TinyModel.Write(_files, "Qwen3MoeForCausalLM", Qwen, type: TensorType.F16);
        int[] prompt = TinyModel.RandomTokens(20, seed: 3);
        List<float[]> runs = [];
        for (ulong order = 1; order <= 3; order++)
        {
            _emulator.Seed(order);
            using EmulatedEngine engine = new(_device, folder, Options(CudaPrecision.Float16, graphs: true));
            runs.Add([.. (await EmulatedEngine.ReadAsync(engine.Submit(prompt, 5, SamplingParameters.Greedy with { Logprobs = true }))).Tokens.Select(token => token.Logprob)]);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }

    [Theory]
    [InlineData(68, 48, 2, "hidden_size")]
    [InlineData(64, 44, 2, "moe_intermediate_size")]
    [InlineData(64, 48, 33, "num_experts_per_tok")]
    public void Load_ShapeThatNoKernelDoes_NamesTheField(int hidden, int width, int chosen, string named)
    {
        ModelFolder folder = TinyModel.Write(
            _files, "Qwen3MoeForCausalLM", $$""" "hidden_size": {{hidden}}, "num_experts": 40, "num_experts_per_tok": {{chosen}}, "moe_intermediate_size": {{width}} """);

        Assert.Equal(named, Assert.Throws<ModelFormatException>(() => CudaModelLoader.CheckSupported(folder)).Field);
        Assert.Equal(named, Assert.Throws<ModelFormatException>(() => CudaModelLoader.Load(folder, EmulatedEngine.Options)).Field);
    }

    [Fact]
    public void Load_TensorOfAnExpertIsMissing_NamesItAndGivesEverythingBack()
    {
        TinyModel.Write(_files, "MixtralForCausalLM", Mixtral);
        string config = _files.File("config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"num_local_experts\":4", "\"num_local_experts\":5", StringComparison.Ordinal));
        (long, long) before = (_emulator.AllocatedBytes, _emulator.LiveObjects);

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(
            () => CudaModelLoader.Load(ModelFolder.Open(_files.Path), EmulatedEngine.Options with { CacheFolder = _device.KernelFolder }));

        Assert.Equal("model.layers.0.block_sparse_moe.gate.weight", refusal.Field);
        Assert.Equal(before, (_emulator.AllocatedBytes, _emulator.LiveObjects));
    }

    [Fact]
    public void LoadDivided_WidthOfExpertsDoesNotDivide_IsRefusedInWords()
    {
        _emulator.SetDevices(2);
        ModelFolder folder = TinyModel.Write(_files, "Qwen3MoeForCausalLM", """ "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24 """);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => CudaModelLoader.LoadDivided(folder, EmulatedEngine.Options, [0, 1]));

        Assert.Contains("expert width of 24", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static CudaExecutorOptions Options(CudaPrecision precision, bool graphs) =>
        EmulatedEngine.Options with { Precision = precision, Graphs = graphs, KvMemoryBytes = 1 << 20 };

    private async Task CheckAsync(string architecture, string fields, CudaPrecision precision, bool graphs, int devices)
    {
        bool isHalf = precision == CudaPrecision.Float16;
        _emulator.SetDevices(devices);
        ModelFolder folder = TinyModel.Write(_files, architecture, fields, type: isHalf ? TensorType.F16 : TensorType.BF16);
        using EmulatedEngine engine = new(_device, folder, Options(precision, graphs), prefillChunk: 5, devices);
        // 8 bits of mantissa leave errors of some hundredths in logits, 11 bits of some thousandths.
        ClearCase wanted = ClearCase.Find(folder, engine.Executor.Limits.MaxContext, isHalf ? 22 : 7, isHalf ? 8 : 4, isHalf ? 0.01 : 0.12, seed: 1);

        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(engine.Submit(wanted.Prompt, wanted.Output.Length, SamplingParameters.Greedy with { Logprobs = true }));

        Assert.Equal(wanted.Output, answer.Ids);
        double most = isHalf ? 0.01 : 0.1;
        Assert.All(wanted.Logprobs.Zip(answer.Tokens), pair => Assert.InRange(pair.Second.Logprob - pair.First, -most, most));
        Assert.Equal(graphs, _emulator.Launches("graph") > 0);
    }
}
