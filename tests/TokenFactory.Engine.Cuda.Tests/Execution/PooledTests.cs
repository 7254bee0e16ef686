using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>Pooled prompts on the emulated device: the last token's hidden state after the final norm, against the plain reference.</summary>
public sealed class PooledTests : IDisposable
{
    private const double Half = 0.99999;
    private const int PromptLength = 37;

    private readonly EmulatedDevice _device;
    private readonly Emulator _emulator;
    private readonly TestFolder _model = new();

    public PooledTests(EmulatedDevice device)
    {
        _device = device;
        _emulator = device.Require();
    }

    [Theory]
    [InlineData("LlamaForCausalLM", "", CudaPrecision.Float16, 1)]
    [InlineData("Qwen3ForCausalLM", """ "tie_word_embeddings": true """, CudaPrecision.Float16, 2)]
    [InlineData("Gemma2ForCausalLM", """ "sliding_window": 12 """, CudaPrecision.Float16, 1)]
    [InlineData("Gemma3ForCausalLM", """ "sliding_window": 8, "sliding_window_pattern": 2 """, CudaPrecision.Float16, 2)]
    [InlineData("LlamaForCausalLM", "", CudaPrecision.BFloat16, 1)]
    [InlineData("LlamaForCausalLM", """ "num_key_value_heads": 4 """, CudaPrecision.Fp8, 1)]
    [InlineData("LlamaForCausalLM", """ "num_key_value_heads": 4 """, CudaPrecision.Fp8, 2)]
    public async Task Pooled_ThroughChunks_MatchesReference(string architecture, string fields, CudaPrecision precision, int devices)
    {
        _emulator.SetDevices(devices);
        ModelFolder folder = TinyModel.Write(_model, architecture, fields, type: precision == CudaPrecision.Float16 ? TensorType.F16 : TensorType.BF16);
        using EmulatedEngine engine = new(_device, folder, Options(precision), prefillChunk: 13, devices);
        int[] prompt = TinyModel.RandomTokens(PromptLength, seed: 5);

        float[] vector = await EmbedAsync(engine, prompt);

        // fp16 keeps 11 bits, bf16 8 and FP8 4 of every number between the products of two layers.
        AssertClose(folder, prompt, vector, precision switch { CudaPrecision.Float16 => Half, CudaPrecision.BFloat16 => 0.9995, _ => 0.98 });
    }

    [Fact]
    public async Task Pooled_OfAMixture_MatchesReference()
    {
        ModelFolder folder = TinyModel.Write(_model, "MixtralForCausalLM", """ "num_local_experts": 4 """, type: TensorType.F16);
        using EmulatedEngine engine = new(_device, folder, Options(CudaPrecision.Float16), prefillChunk: 5);
        int[] prompt = ClearCase.Find(folder, engine.Executor.Limits.MaxContext, 22, 1, 0.01, seed: 1).Prompt;

        AssertClose(folder, prompt, await EmbedAsync(engine, prompt), Half);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pooled_AmongStories_BothAreAsAlone(bool graphs)
    {
        ModelFolder folder = GoldenCases.Folder();
        using EmulatedEngine engine = new(_device, folder, EmulatedEngine.Options with { Graphs = graphs });
        List<(int[] Prompt, int[] Output)> golden = GoldenCases.Load();
        int[][] prompts = [[7], [.. golden[0].Output.Take(20)], [.. golden[2].Output.Take(9)], [.. golden[0].Output.Take(20)]];

        Task<int[]>[] stories = [.. new[] { 0, 2 }.Select(i => engine.RunAsync(golden[i].Prompt, 24))];
        float[][] vectors = await Task.WhenAll(prompts.Select(prompt => EmbedAsync(engine, prompt)));
        int[][] told = await Task.WhenAll(stories);

        Assert.Equal([golden[0].Output[..24], golden[2].Output[..24]], told);
        for (int i = 0; i < prompts.Length; i++)
        {
            AssertClose(folder, prompts[i], vectors[i], Half);
        }
        Assert.True(engine.Loop.FindProblem() is null && _emulator.Launches("graph") > 0 == graphs);
    }

    public void Dispose() => _model.Dispose();

    private static CudaExecutorOptions Options(CudaPrecision precision) => EmulatedEngine.Options with { Precision = precision, KvMemoryBytes = 1 << 20 };

    private static async Task<float[]> EmbedAsync(EmulatedEngine engine, int[] prompt)
    {
        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(engine.Submit(EmulatedEngine.Request(prompt, 1) with { Embeds = true }));
        Assert.Equal((0, prompt.Length), (answer.Outcome.GeneratedTokens, answer.Outcome.PromptTokens));
        return answer.Outcome.Pooled!;
    }

    /// <summary>Holds a vector to the reference's by the cosine of the angle between them, and by its length.</summary>
    private static void AssertClose(ModelFolder folder, int[] prompt, float[] vector, double leastCosine)
    {
        using TensorStore store = folder.OpenWeights();
        double[] expected = new ReferenceDecoder(folder.Spec, WeightMap.Create(folder.Spec, store), EmulatedEngine.Options.MaxContext!.Value).Pooled(prompt);
        double length = Math.Sqrt(vector.Sum(x => (double)x * x)), expectedLength = Math.Sqrt(expected.Sum(x => x * x));
        double cosine = expected.Zip(vector, (e, a) => e * a).Sum() / (length * expectedLength);
        Assert.Equal(expected.Length, vector.Length);
        Assert.True(cosine >= leastCosine, $"the cosine is {cosine:F6}");
        // What turns a vector by an angle may lengthen it by as much.
        double angle = Math.Acos(leastCosine);
        Assert.InRange(length / expectedLength, 1 - angle, 1 + angle);
    }
}
