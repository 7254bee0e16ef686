using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>A trained model, greedy, through the real loop and scheduler on the emulated device: its tokens are the stored ones.</summary>
public sealed class GoldenTests(EmulatedDevice device)
{
    [Theory]
    [InlineData(CudaPrecision.Float16, true, 1)]
    [InlineData(CudaPrecision.Float16, false, 2)]
    public async Task Stories_SeveralAtOnce_EqualTheGolden(CudaPrecision precision, bool graphs, int seed)
    {
        Emulator emulator = device.Require();
        emulator.Seed((ulong)seed);
        CudaModelExecutor executor = Stories.Load(Stories.Options(device) with { Precision = precision, Graphs = graphs });
        (int[] Prompt, int[] Output)[] golden = await Stories.GoldenAsync();

        int[][] outputs = await Stories.RunAsync(executor, golden);

        Assert.Equal(golden.Select(item => item.Output), outputs);
        Assert.Equal(graphs, emulator.Launches("graph") > 0);
    }
}
