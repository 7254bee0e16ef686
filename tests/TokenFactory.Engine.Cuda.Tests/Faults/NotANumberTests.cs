using System.Buffers.Binary;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Cuda.Tests.Execution;
using TokenFactory.Engine.Sequences;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Faults;

/// <summary>Weights that hold NaN end the requests that meet them, and no others.</summary>
public sealed class NotANumberTests : IDisposable
{
    private const int Poisoned = 77;
    private const ushort Nan = 0x7E00;

    private readonly TestFolder _model = new();
    private readonly EmulatedDevice _device;

    public NotANumberTests(EmulatedDevice device)
    {
        _device = device;
        device.Require();
    }

    // Rows of several sequences share a tile of an expert's product.
    [Theory]
    [InlineData("LlamaForCausalLM", "")]
    [InlineData("Qwen3MoeForCausalLM", """ "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 48 """)]
    [InlineData("GptOssForCausalLM", """ "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 8 """)]
    public async Task Nan_InTheRowOfOneToken_EndsWhatReadsItAndNothingElse(string architecture, string fields)
    {
        ModelFolder folder = TinyModel.Write(_model, architecture, fields, type: TensorType.F16);
        int[] sound = [.. TinyModel.RandomTokens(40, seed: 8).Where(token => token != Poisoned).Take(20)];
        using EmulatedEngine before = new(_device, folder, EmulatedEngine.Options with { KvMemoryBytes = 1 << 20 });
        int[] expected = await before.RunAsync(sound, 6);
        PoisonEmbedding(folder);
        using EmulatedEngine engine = new(_device, folder, EmulatedEngine.Options with { KvMemoryBytes = 1 << 20 });

        Task<EmulatedEngine.Answer> spoiled = EmulatedEngine.ReadToEndAsync(engine.Submit([1, 2, Poisoned, 3, .. sound], 6));
        Task<int[]> beside = engine.RunAsync(sound, 6);

        EmulatedEngine.Answer answer = await spoiled;
        Assert.Equal((FinishReason.Failed, 0), (answer.Outcome.Reason, answer.Outcome.GeneratedTokens));
        Assert.Contains("no number", answer.Outcome.Error);
        Assert.Equal(expected, await beside);
        // The blocks that held NaN are handed out again.
        Assert.Equal(expected, await engine.RunAsync(sound, 6));
        Assert.Equal((1L, 0L), (engine.Loop.Status.Corrupted, engine.Loop.Status.FailedSteps));
        Assert.Null(engine.Loop.FindProblem());
    }

    public void Dispose() => _model.Dispose();

    private void PoisonEmbedding(ModelFolder folder)
    {
        string path = _model.File("model.safetensors");
        byte[] file = File.ReadAllBytes(path);
        ExpectedTensor[] tensors = [.. WeightInventory.Of(folder.Spec)];
        int place = Array.FindIndex(tensors, tensor => tensor.Roles[0] == WeightRole.TokenEmbedding);
        long start = 8 + BinaryPrimitives.ReadInt64LittleEndian(file) + (tensors[..place].Sum(tensor => tensor.ElementCount) * sizeof(ushort));
        int row = (int)start + (Poisoned * folder.Spec.HiddenSize * sizeof(ushort));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(row), Nan);
        File.WriteAllBytes(path, file);
    }
}
