using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>A model that several emulated devices share says what it says on one.</summary>
public sealed class DividedTests(EmulatedDevice device)
{
    private static readonly int[] Prompt = [3, 17, 29, 5, 41, 8, 12];

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Stories_OnSeveralDevices_EqualTheGolden(int devices)
    {
        Emulator emulator = device.Require();
        emulator.SetDevices(devices);
        List<(int[] Prompt, int[] Output)> golden = GoldenCases.Load();
        using EmulatedEngine engine = new(device, GoldenCases.Folder(), devices: devices);

        int[][] outputs = await engine.RunAsync(golden, most: 48);

        Assert.Equal(golden.Select(item => item.Output.Take(48)), outputs);
        Assert.True(emulator.Launches("all_reduce") > 0);
    }

    // Biases and norms after the sums are added once, not by every device.
    [Theory]
    [InlineData("LlamaForCausalLM", """ "attention_bias": true, "mlp_bias": true """)]
    [InlineData("Qwen2ForCausalLM", "")]
    [InlineData("Qwen3ForCausalLM", "")]
    [InlineData("Gemma2ForCausalLM", "")]
    [InlineData("Phi3ForCausalLM", "")]
    public async Task Family_OnTwoDevices_HasTheLogprobsOfOne(string architecture, string settings)
    {
        Emulator emulator = device.Require();
        emulator.SetDevices(2);
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(files, architecture, settings);
        SamplingParameters sampling = SamplingParameters.Greedy with { Logprobs = true };
        using EmulatedEngine one = new(device, folder);
        using EmulatedEngine two = new(device, folder, devices: 2);

        GeneratedToken[] whole = [.. (await EmulatedEngine.ReadAsync(one.Submit(Prompt, 6, sampling))).Tokens];
        GeneratedToken[] divided = [.. (await EmulatedEngine.ReadAsync(two.Submit(Prompt, 6, sampling))).Tokens];

        Assert.Equal(whole.Select(token => token.Token), divided.Select(token => token.Token));
        Assert.All(whole.Zip(divided), pair => Assert.InRange(pair.First.Logprob - pair.Second.Logprob, -0.01, 0.01));
    }

    [Fact]
    public void Model_OfTooFewHeads_IsRefusedInWords()
    {
        device.Require().SetDevices(3);

        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => CudaModelLoader.LoadDivided(GoldenCases.Folder(), EmulatedEngine.Options with { CacheFolder = device.KernelFolder }, [0, 1, 2]));

        Assert.Contains("do not divide among 3 devices", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sum_Fails_RequestEndsWithTheCauseAndEverythingIsGivenBack()
    {
        Emulator emulator = device.Require();
        emulator.SetDevices(2);
        (long, long) before = (emulator.AllocatedBytes, emulator.LiveObjects);
        using (EmulatedEngine engine = new(device, GoldenCases.Folder(), devices: 2))
        {
            emulator.Fail("ncclAllReduce", 1, after: 3);

            EmulatedEngine.Answer failed = await EmulatedEngine.ReadToEndAsync(engine.Submit(Prompt, 5));

            Assert.Contains("ncclAllReduce failed", failed.Outcome.Error, StringComparison.Ordinal);
            Assert.Null((await EmulatedEngine.ReadToEndAsync(engine.Submit(Prompt, 5))).Outcome.Error);
        }
        Assert.Equal(before, (emulator.AllocatedBytes, emulator.LiveObjects));
    }
}
