using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Web.BrowserTests.Measurements;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>The queue's page with a hundred thousand requests in it.</summary>
public sealed class LongQueueTests(ConsoleFixture console)
{
    private const int Requests = 100_000;
    private const int MostRowsDrawn = 80;

    // On a machine that other tests share; alone it is a fifth of it.
    private const double MostMilliseconds = 1000;

    [Fact]
    public async Task Queue_OfAHundredThousand_DrawsFewRowsScrollsToItsEndAndAnswersClicks()
    {
        console.RequireBrowser();
        await using InProcessConsole host = await InProcessConsole.StartAsync();
        using HashModel model = CrowdedModel.AddTo(host, Requests);
        await using BrowserPage page = await console.OpenAsync("/queue?state=waiting", address: host.Address);
        await Expect(page.TestId("queue-counts")).ToHaveTextAsync(new Regex(@"^8 running · 99,?9\d\d waiting"), new() { Timeout = 30_000 });
        ILocator rows = page.Page.Locator("tbody .id");
        await Expect(rows.First).ToBeVisibleAsync();
        Assert.InRange(await rows.CountAsync(), 10, MostRowsDrawn);

        await page.Page.Locator(".scroll").EvaluateAsync("list => list.scrollTop = list.scrollHeight");
        await Expect(page.Page.Locator(".scroll tbody")).ToContainTextAsync(new Regex("99,9[0-9]{2}"));
        Assert.InRange(await rows.CountAsync(), 10, MostRowsDrawn);
        double effect = await page.Page.EvaluateAsync<double>(
            """
            () => new Promise(done => {
              const buttons = document.querySelectorAll("tbody .id"), start = performance.now();
              const look = () => document.querySelector(".request h2") ? done(performance.now() - start) : requestAnimationFrame(look);
              buttons[buttons.length >> 1].click();
              look();
            })
            """);

        TestContext.Current.TestOutputHelper?.WriteLine($"click to effect: {effect:F0} ms");
        Assert.InRange(effect, 0, MostMilliseconds);
    }
}
