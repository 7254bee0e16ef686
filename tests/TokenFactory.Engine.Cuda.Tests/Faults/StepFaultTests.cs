using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Cuda.Tests.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Faults;

/// <summary>A step that fails ends what it ran with its cause; the replica goes on where its device does, and gives everything back at its end.</summary>
public sealed class StepFaultTests : IDisposable
{
    private const int NewTokens = 9;

    private readonly EmulatedDevice _device;
    private readonly TestFolder _model = new();
    private readonly ModelFolder _folder;
    private readonly Emulator _emulator;
    private readonly int[] _prompt = TinyModel.RandomTokens(11, seed: 3);
    private readonly (long Bytes, long Objects) _before;

    public StepFaultTests(EmulatedDevice device)
    {
        _device = device;
        _emulator = device.Require();
        _folder = TinyModel.Write(_model, "LlamaForCausalLM", "");
        _before = (_emulator.AllocatedBytes, _emulator.LiveObjects);
    }

    [Theory]
    // At Submit: an upload, a launch, and the memory that penalties need.
    [InlineData("cuMemcpyHtoDAsync_v2", Emulator.LaunchFailed, 0, true)]
    [InlineData("cuLaunchKernel", Emulator.LaunchFailed, 5, true)]
    [InlineData("cuLaunchKernel", Emulator.IllegalAddress, 12, true)]
    [InlineData("cuMemAlloc_v2", Emulator.OutOfMemory, 0, false)]
    [InlineData("cuMemAlloc_v2", Emulator.OutOfMemory, 1, false)]
    [InlineData("cuEventRecord", Emulator.OutOfMemory, 1, false)]
    // At Wait.
    [InlineData("cuEventSynchronize", Emulator.Unknown, 0, true)]
    [InlineData("cuEventSynchronize", Emulator.Unknown, 3, true)]
    [InlineData("cuEventElapsedTime", Emulator.OutOfMemory, 2, false)]
    // While a recorded step is launched.
    [InlineData("cuGraphLaunch", Emulator.LaunchFailed, 2, true)]
    public async Task Step_Fails_RequestEndsWithTheCause(string function, int code, int after, bool isLost)
    {
        using (EmulatedEngine engine = new(_device, _folder, EmulatedEngine.Options with { KvMemoryBytes = 1 << 20 }))
        {
            _emulator.Fail(function, code, after);
            EmulatedEngine.Answer failed = await RunAsync(engine);

            Assert.Equal(FinishReason.Failed, failed.Outcome.Reason);
            Assert.StartsWith($"cuda:0 failed: {function} failed: ", failed.Outcome.Error, StringComparison.Ordinal);
            Assert.Contains($"({code})", failed.Outcome.Error, StringComparison.Ordinal);
            Assert.Equal(1, engine.Loop.Status.FailedSteps);
            if (isLost)
            {
                Assert.Contains("The device is lost", engine.Loop.FindProblem());
                Assert.Equal(RejectionKind.Unavailable, engine.Loop.TrySubmit(EmulatedEngine.Request(_prompt, NewTokens), out _)?.Kind);
            }
            else
            {
                await AssertGoesOnAsync(engine, failed);
            }
        }
        Assert.Equal(_before, (_emulator.AllocatedBytes, _emulator.LiveObjects));
    }

    [Fact]
    public async Task Step_FailsThreeTimesInARow_ReplicaIsGivenUp()
    {
        using EmulatedEngine engine = new(_device, _folder, EmulatedEngine.Options with { KvMemoryBytes = 1 << 20 });
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(engine.Loop.FindProblem());
            _emulator.Fail("cuMemAlloc_v2", Emulator.OutOfMemory);
            Assert.NotNull((await RunAsync(engine)).Outcome.Error);
        }

        Assert.Contains("failed 3 steps in a row", engine.Loop.FindProblem());
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Penalties need memory of the device, the first time in each row.</summary>
    private async Task<EmulatedEngine.Answer> RunAsync(EmulatedEngine engine) =>
        await EmulatedEngine.ReadToEndAsync(engine.Submit(_prompt, NewTokens, SamplingParameters.Greedy with { RepetitionPenalty = 1.1f }));

    private async Task AssertGoesOnAsync(EmulatedEngine engine, EmulatedEngine.Answer failed)
    {
        EmulatedEngine.Answer again = await RunAsync(engine);
        using EmulatedEngine fresh = new(_device, _folder, EmulatedEngine.Options with { KvMemoryBytes = 1 << 20 });
        int[] expected = (await RunAsync(fresh)).Ids;

        Assert.Null(again.Outcome.Error);
        Assert.Equal(expected, again.Ids);
        Assert.Equal(expected[..failed.Ids.Length], failed.Ids);
        Assert.Null(engine.Loop.FindProblem());
        Assert.Equal(0, (await engine.Loop.SnapshotAsync()).KvUsed);
    }
}
