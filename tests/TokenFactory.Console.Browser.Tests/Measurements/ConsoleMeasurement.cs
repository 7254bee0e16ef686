using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tests.Shared.Nvml;
using TokenFactory.Web.Live.Queue;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>
/// What the live pages cost with 64 GPUs, ten series each at one value a second, a queue of 20,000 requests that moves, and five
/// browsers with Floor and Queue open in each: the real product, a real Chromium, executors that wait instead of computing. Runs only
/// when asked for; docs/performance/README.md has the command.
/// </summary>
public sealed class ConsoleMeasurement(ConsoleFixture console)
{
    private const int Requests = 20_000;
    private const int Browsers = 5;
    private const int Seconds = 20;
    private const int Clicks = 20;
    private const double MostCpuPercent = 15;
    private const double MostKilobytes = 60;
    private const double MostMilliseconds = 200;

    [Fact(Explicit = true)]
    public async Task Console_ManyGpusALongQueueFiveBrowsers_IsCheapAndQuick()
    {
        console.RequireBrowser();
        using FakeNvml gpus = FakeNvml.Compile("devices 64");
        await using InProcessConsole host = await InProcessConsole.StartAsync($"--Telemetry:NvmlPath={gpus.LibraryPath}");
        using HashModel model = CrowdedModel.AddTo(host, Requests);
        await Task.Delay(TimeSpan.FromSeconds(10));
        double alone = await CpuPercentAsync(Seconds);

        List<BrowserPage> floors = [];
        List<BrowserPage> queues = [];
        for (int i = 0; i < Browsers; i++)
        {
            floors.Add(await console.OpenAsync("/?device=cuda:3", address: host.Address));
            queues.Add(await console.OpenAsync("/queue", address: host.Address));
        }
        await Expect(queues[0].Page.Locator("tbody .id").First).ToBeVisibleAsync();
        await Task.Delay(TimeSpan.FromSeconds(10));
        double watched = await CpuPercentAsync(Seconds);
        double rest = await MeasureRestAsync(host.Services.GetRequiredService<QueueStore>());
        double kilobytes = await KilobytesAsync(floors[0], "/?device=cuda:3") + await KilobytesAsync(queues[0], "/queue");
        double[] floorClicks = await ClickAsync(floors[0], PressDevice);
        double[] queueClicks = await ClickAsync(queues[0], PressRequest);
        foreach (BrowserPage page in floors.Concat(queues))
        {
            await page.DisposeAsync();
        }

        bool passed = watched < MostCpuPercent && kilobytes < MostKilobytes && Math.Max(floorClicks[^1], queueClicks[^1]) < MostMilliseconds;
        MeasurementRecord.Keep("console", passed, new Dictionary<string, double>
        {
            ["devices [GPUs]"] = 64,
            ["requests in the queue"] = Requests,
            ["browsers, Floor and Queue open in each"] = Browsers,
            ["process without a browser: engine, machine, sampling [% of a core]"] = alone,
            ["process with all of them [% of a core]"] = watched,
            ["time between two looks at the queue [s]"] = rest,
            ["received by a browser, both pages [KB/s]"] = kilobytes,
            ["Floor: click to effect, median [ms]"] = floorClicks[Clicks / 2],
            ["Floor: click to effect, slowest of 20 [ms]"] = floorClicks[^1],
            ["Queue: click to effect, median [ms]"] = queueClicks[Clicks / 2],
            ["Queue: click to effect, slowest of 20 [ms]"] = queueClicks[^1],
        });
        Assert.True(passed);
        Assert.True(kilobytes > 0.2, "nothing was sent: the pages were not live");
    }

    private const string PressDevice =
        """
        i => new Promise(done => {
          const device = `cuda:${i % 8}`, start = performance.now();
          const look = () => document.querySelector(".device h2")?.textContent === device ? done(performance.now() - start) : requestAnimationFrame(look);
          [...document.querySelectorAll("tr button")].find(button => button.textContent === device).click();
          look();
        })
        """;

    private const string PressRequest =
        """
        i => new Promise(done => {
          const button = document.querySelectorAll("tbody .id")[9 + i % 8], id = button.textContent, start = performance.now();
          const look = () => document.querySelector(".request h2")?.textContent === id ? done(performance.now() - start) : requestAnimationFrame(look);
          button.click();
          look();
        })
        """;

    private static async Task<double> CpuPercentAsync(int seconds)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        self.Refresh();
        return (self.TotalProcessorTime - before) / watch.Elapsed * 100;
    }

    /// <summary>Seconds from one snapshot of the queue to the next, over ten seconds.</summary>
    private static async Task<double> MeasureRestAsync(QueueStore queue)
    {
        int looks = 0;
        QueueSnapshot last = queue.Current;
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < 10)
        {
            await Task.Delay(20);
            looks += ReferenceEquals(queue.Current, last) ? 0 : 1;
            last = queue.Current;
        }
        return watch.Elapsed.TotalSeconds / looks;
    }

    /// <summary>What one page receives, in KB/s. Counting begins with the socket, so the page is loaded anew, and what loading takes is left out.</summary>
    private static async Task<double> KilobytesAsync(BrowserPage page, string path)
    {
        BrowserMeter meter = await BrowserMeter.AttachAsync(page.Page);
        await page.GoToAsync(path);
        await Task.Delay(TimeSpan.FromSeconds(3));
        long before = meter.Bytes;
        await Task.Delay(TimeSpan.FromSeconds(Seconds));
        return (meter.Bytes - before) / 1000.0 / Seconds;
    }

    /// <summary>Milliseconds from a click to its effect in the browser's own time, sorted.</summary>
    private static async Task<double[]> ClickAsync(BrowserPage page, string press)
    {
        double[] times = new double[Clicks];
        for (int i = 0; i < Clicks; i++)
        {
            times[i] = await page.Page.EvaluateAsync<double>(press, i);
            await Task.Delay(150);
        }
        return [.. times.Order()];
    }
}
