using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Nvml;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>A console that stays open holds no more after a long time than after a short one.</summary>
public sealed class SoakTests(ConsoleFixture console)
{
    private const int WarmUpVisits = 36;
    private const int Visits = 200;
    private const double Megabyte = 1 << 20;

    // Components that a rendering under way may still hold; a page that stays behind at each visit leaves twenty.
    private const int Lingering = 8;

    // The census keeps a few hundred bytes a component, which are most of the first.
    private const double MostServerBytesPerVisit = 30_000;
    private const double MostTabBytesPerVisit = 6_000;
    private const double MostNodesPerVisit = 3;

    private static readonly string[] Pages = ["Queue", "Models", "Policies", "Tenants", "Usage", "Playground", "Audit", "Accounts", "Settings", "Floor"];

    [Fact]
    public async Task Pages_VisitedTwoHundredTimes_LeaveNothingBehind()
    {
        console.RequireBrowser();
        await using InProcessConsole host = await InProcessConsole.StartAsync();
        using HashModel model = CrowdedModel.AddTo(host, 50);
        await using BrowserPage page = await console.OpenAsync("/", address: host.Address);
        BrowserMeter meter = await BrowserMeter.AttachAsync(page.Page, countsBytes: false);
        await VisitAsync(page, WarmUpVisits);
        SoakSample warm = await SoakSample.TakeAsync(meter, 0);
        Dictionary<string, int> components = host.Census.CountAlive();

        await VisitAsync(page, Visits);

        SoakSample after = await SoakSample.TakeAsync(meter, 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{warm}\n{after}");
        Assert.Equal("circuits 1, floor 1, queue 0, tenants 0", Listeners.Of(host));
        Assert.DoesNotContain(host.Census.CountAlive(), one => one.Value > components.GetValueOrDefault(one.Key) + Lingering);
        Assert.InRange((after.ServerHeap - warm.ServerHeap) / Visits, double.MinValue, MostServerBytesPerVisit);
        Assert.InRange((after.TabHeap - warm.TabHeap) / Visits, double.MinValue, MostTabBytesPerVisit);
        Assert.InRange((after.TabNodes - warm.TabNodes) / Visits, double.MinValue, MostNodesPerVisit);
    }

    /// <summary>An hour, or TOKENFACTORY_SOAK_MINUTES, with the Floor of 64 GPUs and a live queue in two tabs. Runs only when asked for.</summary>
    [Fact(Explicit = true)]
    public async Task Console_OpenForAnHour_StaysAsItIs()
    {
        console.RequireBrowser();
        double minutes = double.Parse(Environment.GetEnvironmentVariable("TOKENFACTORY_SOAK_MINUTES") ?? "60", CultureInfo.InvariantCulture);
        using FakeNvml gpus = FakeNvml.Compile("devices 64");
        await using InProcessConsole host = await InProcessConsole.StartAsync($"--Telemetry:NvmlPath={gpus.LibraryPath}");
        using HashModel model = CrowdedModel.AddTo(host, 20_000);
        await using BrowserPage floor = await console.OpenAsync("/?device=cuda:3", address: host.Address);
        await using BrowserPage queue = await console.OpenAsync("/queue", address: host.Address);
        BrowserMeter[] meters = [await BrowserMeter.AttachAsync(floor.Page, countsBytes: false), await BrowserMeter.AttachAsync(queue.Page, countsBytes: false)];
        List<SoakSample>[] tabs = [[], []];
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed.TotalMinutes < minutes;)
        {
            await Task.Delay(TimeSpan.FromMinutes(minutes / 60));
            for (int i = 0; i < meters.Length; i++)
            {
                tabs[i].Add(await SoakSample.TakeAsync(meters[i], watch.Elapsed.TotalMinutes));
            }
        }
        Record(minutes, tabs);
    }

    /// <summary>The first quarter is left out: rings of ten minutes fill, code is compiled, caches grow to their bounds.</summary>
    private static void Record(double minutes, List<SoakSample>[] tabs)
    {
        SoakSample[][] steady = [.. tabs.Select(samples => samples.Where(sample => sample.Minutes > minutes / 4).ToArray())];
        double perHour = 60 / Megabyte;
        double server = SoakSample.Slope(steady[0], sample => sample.ServerHeap) * perHour;
        double resident = SoakSample.Slope(steady[0], sample => sample.ServerResident) * perHour;
        double[] heaps = [.. steady.Select(samples => SoakSample.Slope(samples, sample => sample.TabHeap) * perHour)];
        bool passed = server < 5 && resident < 20 && heaps.All(heap => heap < 2);
        MeasurementRecord.Keep("soak", passed, new Dictionary<string, double>
        {
            ["duration [minutes]"] = minutes,
            ["server: heap at the end [MiB]"] = steady[0][^1].ServerHeap / Megabyte,
            ["server: heap, slope [MiB/h]"] = server,
            ["server: resident at the end [MiB]"] = steady[0][^1].ServerResident / Megabyte,
            ["server: resident, slope [MiB/h]"] = resident,
            ["Floor's tab: heap at the end [MiB]"] = steady[0][^1].TabHeap / Megabyte,
            ["Floor's tab: heap, slope [MiB/h]"] = heaps[0],
            ["Queue's tab: heap at the end [MiB]"] = steady[1][^1].TabHeap / Megabyte,
            ["Queue's tab: heap, slope [MiB/h]"] = heaps[1],
        });
        Assert.True(passed);
    }

    private static async Task VisitAsync(BrowserPage page, int visits)
    {
        ILocator links = page.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" });
        ILocator heading = page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        for (int i = 0; i < visits; i++)
        {
            string name = Pages[i % Pages.Length];
            await links.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
            await Expect(heading).ToHaveTextAsync(name);
        }
        await links.GetByRole(AriaRole.Link, new() { Name = "Floor", Exact = true }).ClickAsync();
        await Expect(heading).ToHaveTextAsync("Floor");
    }
}
