using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests.Reconnecting;

/// <summary>A page whose connection is lost comes back to what it showed.</summary>
public sealed class ReconnectTests(ConsoleFixture console)
{
    private const string Mark = "() => { window.sameDocument = true; }";
    private const string IsMarked = "() => window.sameDocument === true";

    private static readonly LocatorAssertionsToBeHiddenOptions Patience = new() { Timeout = 60_000 };

    [Fact]
    public async Task Network_AwayForSeconds_KeepsTheCircuitAndWhatWasTyped()
    {
        console.RequireBrowser();
        await using CuttableLine line = new(console.Address);
        BrowserPage page = await console.OpenAsync("/playground", address: line.Address);
        await page.Message.FillAsync("half a sent");
        await page.Page.GetByLabel("System").First.FillAsync("Answer in one word.");
        await page.Page.EvaluateAsync(Mark);
        ILocator lost = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "The connection to the console was lost" });

        line.Cut();
        await Expect(lost).ToBeVisibleAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        line.Mend();

        await Expect(lost).ToBeHiddenAsync(Patience);
        Assert.True(await page.Page.EvaluateAsync<bool>(IsMarked));
        await Expect(page.Message).ToHaveValueAsync("half a sent");
        await page.AskAsync("a whole sentence");
        await Expect(page.Page.GetByLabel("System").First).ToHaveValueAsync("Answer in one word.");
        await LeaveAsync(page);
    }

    [Fact]
    public async Task Server_Restarted_ReloadsThePageWithTheStateOfItsAddress()
    {
        console.RequireBrowser();
        DirectoryInfo data = Directory.CreateTempSubdirectory("tf-restart-");
        string url = $"http://127.0.0.1:{FreePort()}";
        HostProcess host = await StartAsync(url, data);
        BrowserPage page = await console.OpenAsync("/queue", address: host.Client.BaseAddress);
        await page.Page.GetByLabel("Lane").SelectOptionAsync("batch");
        await Expect(page.Page).ToHaveURLAsync($"{url}/queue?lane=batch");
        await page.Page.EvaluateAsync(Mark);

        await host.DisposeAsync();
        host = await StartAsync(url, data);

        await Expect(page.Page.GetByLabel("Lane")).ToHaveValueAsync("Batch", new() { Timeout = 60_000 });
        await page.Page.WaitForFunctionAsync("() => window.sameDocument === undefined", null, new() { Timeout = 60_000 });
        await Expect(page.Page.GetByLabel("Lane")).ToHaveValueAsync("Batch", new() { Timeout = 60_000 });
        await Expect(page.Page.Locator(".account")).ToContainTextAsync("admin");
        await LeaveAsync(page);
        await host.DisposeAsync();
        data.Delete(recursive: true);
    }

    private static Task<HostProcess> StartAsync(string url, DirectoryInfo data) =>
        HostProcess.StartAsync(new Dictionary<string, string>(), "--urls", url, "--data", data.FullName);

    /// <summary>Without the check for errors: a lost connection is one.</summary>
    private static Task LeaveAsync(BrowserPage page) => page.Page.Context.CloseAsync();

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
