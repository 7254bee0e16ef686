using Xunit;

namespace TokenFactory.Telemetry.Tests;

public sealed class SecondRingTests
{
    [Fact]
    public void CopyTo_GapsAndOldSeconds_AreNull()
    {
        SecondRing<int> ring = new();
        ring.Add(1000, 1);
        ring.Add(1002, 3);
        int?[] values = new int?[4];

        ring.CopyTo(values, 1003);

        Assert.Equal([null, 1, null, 3], values);
        Assert.Equal(3, ring.Newest);
    }

    [Fact]
    public void Add_BeyondItsLength_ForgetsTheOldest()
    {
        SecondRing<int> ring = new();
        for (int i = 0; i <= SecondRing<int>.Length; i++)
        {
            ring.Add(1000 + i, i);
        }

        Assert.Null(ring.At(1000));
        Assert.Equal(1, ring.At(1001));
        Assert.Equal(SecondRing<int>.Length, ring.At(1000 + SecondRing<int>.Length));
    }
}
