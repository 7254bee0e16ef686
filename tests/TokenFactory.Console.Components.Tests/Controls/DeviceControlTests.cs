using Bunit;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Web.Components.Controls.Floor;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Controls;

public sealed class DeviceControlTests : ConsoleContext
{
    private static readonly GpuFacts Facts = new(3, "NVIDIA H100 80GB HBM3", "GPU-1", 80L << 30, 1980, 87);

    private static readonly GpuSample Working = new()
    {
        State = GpuState.Works,
        UtilizationPercent = 97,
        MemoryUsedBytes = 60L << 30,
        PowerWatts = 688.4,
        PowerLimitWatts = 700,
        Celsius = 71,
        SmClock = 1755,
        EnergyJoules = 5,
        ClockReasons = ClockReasons.SoftwarePowerCap,
    };

    [Fact]
    public void DeviceCard_WithModel_ShowsEveryFigure()
    {
        HashModel model = AddModel();
        ReplicaSnapshot replica = ReplicaSnapshot.Read(model.Served, model.Engine, null) with
        {
            Running = new LaneCounts(3, 1, 0),
            Waiting = new LaneCounts(0, 0, 1200),
            KvUsed = 10,
            KvCached = 20,
            KvFree = 30,
            Rates = new ReplicaRates(4321, 0, 870, 0, 0, 0, null, 12.5),
        };

        IRenderedComponent<DeviceCard> card = Draw(Gpu(Working) with { Replicas = [replica], TokensPerJoule = 6.281 });

        Assert.Equal("serves", card.Find(".state").TextContent);
        Assert.Equal(
            [
                "4,321tokens/s", "870tokens/s", "12.5of 8", "6.28", "3 / 1 / 0", "0 / 0 / 1,200", "10 / 20 / 30", "97 %", "60.0of 80.0 GiB", "688of 700 W", "71°C",
                "1,755of 1,980 MHz",
            ],
            card.FindAll(".figure-value").Select(value => value.TextContent.Trim()));
        Assert.Equal("at its power limit", card.Find(".figure-note").TextContent);
        Assert.All(card.FindAll(".figure-name"), name => Assert.NotEmpty(name.GetAttribute("data-source")!));
    }

    [Fact]
    public void DeviceCard_Lost_SaysWhatToDoAndShowsNoFigures()
    {
        IRenderedComponent<DeviceCard> card = Draw(Gpu(new GpuSample { State = GpuState.Lost }));

        Assert.Equal("lost", card.Find(".state.trouble").TextContent);
        Assert.Contains("Restart the machine", card.Find(".why").TextContent);
        Assert.Contains("–", card.FindAll(".figure-value")[^1].TextContent);
    }

    [Theory]
    [InlineData(null, "has no energy counter")]
    [InlineData(5.0, "takes a minute")]
    public void DeviceCard_EnergyNotKnown_SaysWhy(double? joules, string why)
    {
        IRenderedComponent<DeviceCard> card = Draw(Gpu(Working with { EnergyJoules = joules }));

        Assert.Equal("not measured", card.Find(".words .figure-value").TextContent.Trim());
        Assert.Contains(why, card.Find(".words .figure-name").GetAttribute("data-source"));
    }

    [Fact]
    public void DeviceCard_SameSnapshotAgain_IsNotRenderedAgain()
    {
        DeviceSnapshot device = Gpu(Working);
        IRenderedComponent<DeviceCard> card = Draw(device);
        int before = card.RenderCount;

        card.Render(parameters => parameters.Add(p => p.Device, device));
        Assert.Equal(before, card.RenderCount);
        card.Render(parameters => parameters.Add(p => p.Device, device with { Name = "other" }));
        Assert.Equal(before + 1, card.RenderCount);
    }

    [Fact]
    public void DeviceRow_Throttled_SaysWhy()
    {
        IRenderedComponent<DeviceRow> row = Render<DeviceRow>(parameters => parameters
            .Add(p => p.Device, Gpu(Working with { ClockReasons = ClockReasons.HardwareThermalSlowdown })));

        Assert.Equal("throttled", row.Find("td.trouble").TextContent);
        Assert.Equal("Throttled: too hot: the hardware slows it down.", row.Find("td.trouble").GetAttribute("data-source"));
    }

    [Fact]
    public void Attention_HotGpuFullQueueAndLackOfBlocks_AreFound()
    {
        HashModel model = AddModel();
        ReplicaSnapshot replica = ReplicaSnapshot.Read(model.Served, model.Engine, null) with
        {
            Waiting = new LaneCounts(80, 0, 0),
            MaxWaiting = 100,
            KvUsed = 99,
            KvCached = 1,
            KvFree = 0,
            RecentPreemptions = 7,
        };
        FloorSnapshot floor = new(1, [replica], [], [], 0, null) { Devices = [Gpu(Working with { Celsius = 84 })] };

        Assert.Equal(["queue?model=hash", "policies", "?device=cuda%3A3"], Attention.Find(floor, null).Select(attention => attention.Link));
        Assert.Empty(Attention.Find(floor with { Replicas = [replica with { Waiting = default, RecentPreemptions = 0 }], Devices = [Gpu(Working)] }, null));
    }

    [Fact]
    public void PreemptionWindow_OlderThanAMinute_CountsNoMore()
    {
        PreemptionWindow window = new();

        Assert.Equal(0, window.Add("a", 100, 40));
        Assert.Equal(5, window.Add("a", 130, 45));
        Assert.Equal(1, window.Add("a", 175, 46));
        Assert.Equal(0, window.Add("a", 176, 3)); // Loaded anew.
    }

    [Theory]
    [InlineData("?view=table&device=cuda%3A3&page=2", true, "cuda:3", 2)]
    [InlineData("?page=-1&view=x", null, null, 1)]
    public void FloorView_FromAnAddress_ComesBack(string query, bool? table, string? device, int page)
    {
        FloorView view = FloorView.FromQuery(query);

        Assert.Equal(new FloorView(table, device, page), view);
        Assert.Equal(view, FloorView.FromQuery(view.ToQuery()));
    }

    private static DeviceSnapshot Gpu(GpuSample sample) => new() { Id = "cuda:3", Name = Facts.Name, Gpu = Facts, Sample = sample, Replicas = [] };

    private IRenderedComponent<DeviceCard> Draw(DeviceSnapshot device) => Render<DeviceCard>(parameters => parameters.Add(p => p.Device, device));
}
