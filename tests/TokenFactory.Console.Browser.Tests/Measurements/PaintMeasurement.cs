using TokenFactory.Tests.Shared.Pages;
using Xunit;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>When each page is first painted, and when it has drawn its heading, after the navigation began. Runs only when asked for.</summary>
public sealed class PaintMeasurement(ConsoleFixture console, SeededHost host) : IClassFixture<SeededHost>
{
    private const int Repeats = 3;
    private const double MostMilliseconds = 1000;

    private const string Watch =
        """
        new MutationObserver((_, self) => { if (document.querySelector("h1")) { window.drawnAt = performance.now(); self.disconnect(); } })
          .observe(document, { subtree: true, childList: true });
        """;

    private const string FirstContent =
        """
        () => new Promise(done => new PerformanceObserver(list => list.getEntriesByName("first-contentful-paint").forEach(entry => done(entry.startTime)))
          .observe({ type: "paint", buffered: true }))
        """;

    [Fact(Explicit = true)]
    public async Task Pages_All_ArePaintedWithinASecond()
    {
        console.RequireBrowser();
        Dictionary<string, double> figures = [];
        foreach (ConsolePage one in ConsolePages.All)
        {
            await using BrowserPage page = await console.OpenAsync("/signin", address: host.Address, signedIn: one.NeedsSignIn);
            await page.Page.AddInitScriptAsync(Watch);
            (double painted, double drawn) = (double.MaxValue, double.MaxValue);
            for (int i = 0; i < Repeats; i++)
            {
                await page.GoToAsync(one.Path);
                drawn = Math.Min(drawn, await page.Page.EvaluateAsync<double>("() => window.drawnAt"));
                painted = Math.Min(painted, await page.Page.EvaluateAsync<double>(FirstContent));
            }
            figures[$"{one.Name}: first contentful paint [ms]"] = painted;
            figures[$"{one.Name}: heading drawn [ms]"] = drawn;
        }

        bool passed = figures.Values.Max() < MostMilliseconds;
        MeasurementRecord.Keep("paint", passed, figures);
        Assert.True(passed);
    }
}
