using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Tests.Shared.Nvml;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>
/// What the Floor costs with 64 GPUs and five open browsers: the real product, a real Chromium, no model computing meanwhile. Runs only
/// when asked for; docs/performance/README.md has the command.
/// </summary>
public sealed class FloorMeasurement(ConsoleFixture console)
{
    private const int Browsers = 5;
    private const int Seconds = 20;
    private const int Clicks = 20;
    private const double TicksPerSecond = 100; // USER_HZ
    private const double MostCpuPercent = 15;
    private const double MostKilobytes = 60;
    private const double MostMilliseconds = 200;

    [Fact(Explicit = true)]
    public async Task Floor_SixtyFourGpusFiveBrowsers_IsCheapAndQuick()
    {
        console.RequireBrowser();
        using FakeNvml gpus = FakeNvml.Compile("devices 64");
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string> { ["Telemetry__NvmlPath"] = gpus.LibraryPath });
        double alone = await CpuPercentAsync(host, Seconds / 2);
        List<BrowserPage> pages = [];
        long[] bytes = new long[Browsers];
        for (int i = 0; i < Browsers; i++)
        {
            BrowserPage page = await console.OpenAsync("/?device=cuda:3", address: host.Client.BaseAddress);
            await CountBytesAsync(page, i, bytes);
            pages.Add(page);
        }
        // Counting begins with the sockets, which are older than it: a reload opens new ones.
        foreach (BrowserPage page in pages)
        {
            await page.GoToAsync("/?device=cuda:3");
        }
        await Task.Delay(TimeSpan.FromSeconds(5));
        Array.Clear(bytes);
        double watched = await CpuPercentAsync(host, Seconds);
        double[] kilobytes = [.. bytes.Select(count => count / 1000.0 / Seconds).Order()];
        double[] clicks = await ClickAsync(pages[0]);
        foreach (BrowserPage page in pages)
        {
            await page.DisposeAsync();
        }
        bool passed = watched < MostCpuPercent && kilobytes[^1] < MostKilobytes && clicks[^1] < MostMilliseconds;
        Record(passed, alone, watched, kilobytes, clicks);
        Assert.True(passed);
        Assert.True(kilobytes[0] > 0.1, "nothing was sent: the pages were not live");
    }

    private static async Task<double> CpuPercentAsync(HostProcess host, int seconds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long before = Ticks(host.Id);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return (Ticks(host.Id) - before) / TicksPerSecond / watch.Elapsed.TotalSeconds * 100;
    }

    /// <summary>User and system time, fields 14 and 15 of proc_pid_stat(5); the name before them may hold spaces.</summary>
    private static long Ticks(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static async Task CountBytesAsync(BrowserPage page, int index, long[] bytes)
    {
        ICDPSession session = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await session.SendAsync("Network.enable");
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, frame) =>
        {
            JsonElement response = frame!.Value.GetProperty("response");
            int length = response.GetProperty("payloadData").GetString()!.Length;
            // Binary frames arrive in base64.
            Interlocked.Add(ref bytes[index], response.GetProperty("opcode").GetInt32() == 2 ? length * 3 / 4 : length);
        };
    }

    /// <summary>Milliseconds from a click on a device to its name in the panel, in the browser's own time, sorted.</summary>
    private static async Task<double[]> ClickAsync(BrowserPage page)
    {
        double[] times = new double[Clicks];
        for (int i = 0; i < Clicks; i++)
        {
            string device = $"cuda:{i % 8}";
            times[i] = await page.Page.EvaluateAsync<double>(
                """
                device => new Promise(done => {
                  const start = performance.now();
                  const look = () => document.querySelector(".device h2")?.textContent === device ? done(performance.now() - start) : requestAnimationFrame(look);
                  [...document.querySelectorAll("tr button")].find(button => button.textContent === device).click();
                  look();
                })
                """,
                device);
            await Expect(page.Page.Locator(".device").GetByRole(AriaRole.Heading)).ToHaveTextAsync(device);
        }
        return [.. times.Order()];
    }

    private static void Record(bool passed, double alone, double watched, double[] kilobytes, double[] clicks)
    {
        JsonObject json = new()
        {
            ["measurement"] = "floor",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["cores"] = Environment.ProcessorCount,
            ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            ["passed"] = passed,
            ["figures"] = new JsonObject
            {
                ["devices [GPUs]"] = 64,
                ["browsers"] = Browsers,
                ["server without a browser [% of a core]"] = Math.Round(alone, 2),
                ["server with all of them [% of a core]"] = Math.Round(watched, 2),
                ["received by a browser, the busiest [KB/s]"] = Math.Round(kilobytes[^1], 2),
                ["click to effect, median [ms]"] = Math.Round(clicks[clicks.Length / 2], 1),
                ["click to effect, slowest of 20 [ms]"] = Math.Round(clicks[^1], 1),
            },
        };
        string text = json.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        File.WriteAllText(Path.Combine(SharedData.RepositoryRoot, "docs/performance/floor.json"), text + "\n");
    }
}
