using TokenFactory.Web.Live.Queue;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class FairShareTests
{
    [Fact]
    public void Of_AllWithABacklog_DeserveByWeight()
    {
        IReadOnlyList<TenantShare> shares = FairShare.Of([new("a", 1, 300, true), new("b", 3, 100, true)]);

        Assert.Equal([(0.75, 0.25), (0.25, 0.75)], shares.Select(share => (share.Received, share.Deserved)));
    }

    [Fact]
    public void Of_OneWithLittleDemand_LeavesTheRestToTheOthers()
    {
        IReadOnlyList<TenantShare> shares = FairShare.Of([new("little", 1, 100, false), new("a", 1, 700, true), new("b", 1, 200, true)]);

        Assert.Equal([0.1, 0.45, 0.45], shares.Select(share => Math.Round(share.Deserved, 6)));
    }

    [Fact]
    public void Of_NobodyWithABacklog_EverybodyGotWhatItDeserves()
    {
        IReadOnlyList<TenantShare> shares = FairShare.Of([new("a", 1, 900, false), new("b", 1, 100, false)]);

        Assert.All(shares, share => Assert.Equal(share.Received, share.Deserved, 6));
        Assert.Equal(1, FairShare.Jain(shares)!.Value, 6);
    }

    [Fact]
    public void Of_NothingReceived_HasNoIndex()
    {
        IReadOnlyList<TenantShare> shares = FairShare.Of([new("a", 1, 0, true)]);

        Assert.Null(FairShare.Jain(shares));
        Assert.Empty(FairShare.Of([]));
    }

    [Fact]
    public void Jain_OneOfFourGotEverything_IsAQuarter() =>
        Assert.Equal(0.25, FairShare.Jain(FairShare.Of([new("a", 1, 100, true), new("b", 1, 0, true), new("c", 1, 0, true), new("d", 1, 0, true)]))!.Value, 6);
}
