using Bunit;
using TokenFactory.Telemetry.Host;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Components.Controls.Floor;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Controls;

public sealed class FloorControlTests : ConsoleContext
{
    [Fact]
    public void Figure_Rendered_CarriesItsSource()
    {
        IRenderedComponent<Figure> figure = Render<Figure>(parameters => parameters
            .Add(p => p.Name, "Out").Add(p => p.Value, "12").Add(p => p.Unit, "tokens/s").Add(p => p.Source, "counted by the loop"));

        Assert.Equal("counted by the loop", figure.Find("button").GetAttribute("data-source"));
        Assert.Equal("12tokens/s", figure.Find(".figure-value").TextContent.Trim());
    }

    [Fact]
    public void LaneTable_Rendered_ShowsEachLane()
    {
        IRenderedComponent<LaneTable> table = Render<LaneTable>(parameters => parameters
            .Add(p => p.Running, new LaneCounts(1, 2, 3)).Add(p => p.Waiting, new LaneCounts(4000, 5, 6)).Add(p => p.MaxRunning, 16));

        Assert.Equal(["1", "4,000", "2", "5", "3", "6", "6 of 16", "4,011"], table.FindAll("td").Select(cell => cell.TextContent));
    }

    [Fact]
    public void KvBar_Rendered_SharesAddUp()
    {
        IRenderedComponent<KvBar> bar = Render<KvBar>(parameters => parameters
            .Add(p => p.Used, 25).Add(p => p.Cached, 50).Add(p => p.Free, 125).Add(p => p.BlockSize, 16));

        Assert.Equal("width:12.50%", bar.Find(".kv .kv-used").GetAttribute("style"));
        Assert.Equal("width:25.00%", bar.Find(".kv .kv-cached").GetAttribute("style"));
        Assert.Equal("200", bar.Find(".total dd").TextContent);
    }

    [Fact]
    public void MachineCard_PowerUnreadable_SaysSo()
    {
        IRenderedComponent<MachineCard> card = Render<MachineCard>(parameters => parameters
            .Add(p => p.Facts, new HostFacts("Some CPU", 4))
            .Add(p => p.Host, new HostSample(DateTimeOffset.UnixEpoch, 0.5, 4L << 30, 1L << 30, null)));

        Assert.Contains("not readable on this machine", card.Markup);
        Assert.Equal(["50 %", "3.0of 4.0 GiB", "–W"], card.FindAll(".figure-value").Select(value => value.TextContent.Trim()));
    }

    [Fact]
    public void TenantTotals_SomeLeftOut_SaysHowMany() =>
        Assert.Contains("7 more are not shown", Render<TenantTotals>(parameters => parameters.Add(p => p.Totals, []).Add(p => p.LeftOut, 7)).Markup);

    [Fact]
    public void ReplicaCard_EngineHasAProblem_ShowsIt()
    {
        HashModel model = AddModel();
        ReplicaSnapshot replica = ReplicaSnapshot.Read(model.Served, model.Engine, null) with { Problem = "The device is gone." };

        IRenderedComponent<ReplicaCard> card = Render<ReplicaCard>(parameters => parameters.Add(p => p.Replica, replica));

        Assert.Equal("The device is gone.", card.Find("[role=alert]").TextContent);
    }
}
