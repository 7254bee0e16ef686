using TokenFactory.Telemetry.Bounds;
using Xunit;

namespace TokenFactory.Telemetry.Tests;

public sealed class MachineBoundsTests
{
    [Fact]
    public void Measure_ByOneThread_FindsWhatAProcessorCanDo()
    {
        MachineBounds bounds = MachineBounds.Measure(threads: 1);

        Assert.Equal(1, bounds.Threads);
        Assert.InRange(bounds.BufferBytes, 1L << 25, 1L << 30);
        Assert.InRange(bounds.ReadGigabytesPerSecond, 0.1, 10_000);
        // No core does more than two 512-bit instructions a turn at 10 GHz.
        Assert.InRange(bounds.Fp32GigaOperationsPerSecond, 0.1, 2 * 2 * 16 * 10);
        Assert.True(bounds.Int8GigaOperationsPerSecond is null || bounds.Int8GigaOperationsPerSecond > bounds.Fp32GigaOperationsPerSecond);
    }

    [Fact]
    public void Best_OfTwo_TakesTheHigherOfEach()
    {
        MachineBounds one = new(2, 10, 100, 5, 7);

        Assert.Equal(new MachineBounds(2, 10, 100, 6, 8), one.Best(new MachineBounds(2, 9, 100, 6, 8)));
        Assert.Null((one with { Int8GigaOperationsPerSecond = null }).Best(one with { Int8GigaOperationsPerSecond = null }).Int8GigaOperationsPerSecond);
    }
}
