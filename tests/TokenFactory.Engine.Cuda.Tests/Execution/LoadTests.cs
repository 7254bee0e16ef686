using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>What a load leaves behind: all that steps use, and KV blocks in the memory that is left then.</summary>
public sealed class LoadTests(EmulatedDevice device)
{
    private const long Memory = 96 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task Load_MemoryTakenAtFirstUses_IsNotGivenToKv(int bytesOfFirstUse)
    {
        Emulator emulator = device.Require();
        emulator.SetMemory(Memory);
        emulator.SetFirstUse(bytesOfFirstUse);

        using EmulatedEngine engine = new(device, GoldenCases.Folder(), EmulatedEngine.Options with { KvMemoryBytes = null });

        // Two layers, four KV heads of 16 numbers, keys and values.
        const long BlockBytes = 2 * 4 * 16 * 2 * 2 * 16;
        long left = Memory - emulator.AllocatedBytes, kv = (engine.Executor.Limits.BlockCount + 1) * BlockBytes;
        Assert.InRange(left / (double)(left + kv), 0.05, 0.0502);
        // Every kernel of a step has been launched at load, so that none takes memory later.
        await engine.RunAsync(GoldenCases.Load(), most: 3);
        Assert.Equal(left, Memory - emulator.AllocatedBytes);
    }

    [Fact]
    public async Task Load_Done_LeavesNothingForStepsToMake()
    {
        Emulator emulator = device.Require();
        using EmulatedEngine engine = new(device, GoldenCases.Folder());
        long allocated = emulator.AllocatedBytes;
        emulator.Fail("cuMemAlloc_v2", Emulator.OutOfMemory);
        emulator.Fail("cuMemHostAlloc", Emulator.OutOfMemory);
        emulator.Fail("cuStreamBeginCapture_v2", Emulator.LaunchFailed);
        emulator.Fail("cublasLtMatmulDescCreate", 1);
        emulator.Fail("cublasLtMatrixLayoutCreate", 1);
        emulator.Fail("cublasLtMatmulAlgoGetHeuristic", 1);

        await engine.RunAsync(GoldenCases.Load(), most: 5);

        Assert.Equal(allocated, emulator.AllocatedBytes);
        Assert.True(emulator.Launches("graph") > 0);
    }
}
