using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Web.Playground.Sharing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>From the first start to the first page, and each role before the others' doors.</summary>
public sealed class SignInPageTests(ConsoleFixture console)
{
    private const string OwnPassword = "a password of my own";

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task FirstStart_PrintedPassword_OpensThePageThatWasAskedForAfterItsReplacement(int width, ColorScheme scheme)
    {
        console.RequireBrowser();
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string> { ["TokenFactory__SignIn__AdminPassword"] = "" });
        await host.UntilPrintsAsync("Sign in to the pages as admin");
        string password = Regex.Match(host.Output, "[a-z2-9]{5}(-[a-z2-9]{5}){3}").Value;
        await using BrowserPage page = await console.OpenAsync("/playground?mode=completion" + TextFragment.Write(new() { Prompt = "Once upon" }), width, scheme: scheme, address: host.Client.BaseAddress, signedIn: false);

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        Assert.False(await page.ScrollsSidewaysAsync());
        await page.EnterAsync("admin", "not the password");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("do not match");
        await page.EnterAsync("admin", password);
        await ReplaceAsync(page, password);

        await page.Page.Locator(".account").WaitForAsync();
        Assert.False(await page.ScrollsSidewaysAsync());
        await Expect(page.Page.Locator("#completion-prompt")).ToHaveValueAsync("Once upon");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        await page.GoToAsync("/queue?lane=Batch");
        await page.SignInAsync("admin", OwnPassword);
        await Expect(page.Page).ToHaveURLAsync(new Regex("/queue\\?lane=Batch$"));
    }

    [Theory]
    [InlineData("viewer", "Floor Queue Models Policies Tenants Usage Audit", "/playground /accounts /settings")]
    [InlineData("operator", "Floor Queue Models Policies Tenants Usage Playground Audit", "/accounts /settings")]
    [InlineData("quota-admin", "Floor Queue Models Policies Tenants Usage Audit", "/playground /accounts /settings")]
    public async Task Role_SignedIn_SeesItsPagesAndFindsOtherDoorsShut(string role, string pages, string shut)
    {
        await using BrowserPage admin = await console.OpenAsync("/accounts");
        string name = $"{role}-{Guid.NewGuid():N}"[..18];
        string password = await CreateAsync(admin, name, role);
        await using BrowserPage visitor = await console.OpenAsync("/signin", signedIn: false);
        await visitor.EnterAsync(name, password);
        await ReplaceAsync(visitor, password);
        await visitor.Page.Locator(".account").WaitForAsync();

        IReadOnlyList<string> links = await visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link).AllInnerTextsAsync();
        Assert.All(pages.Split(' '), link => Assert.Contains(link, links));
        foreach (string link in pages.Split(' '))
        {
            await visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(link == "Floor" ? "Floor" : link);
        }
        foreach (string door in shut.Split(' '))
        {
            Assert.DoesNotContain(links, link => link.Equals(door[1..], StringComparison.OrdinalIgnoreCase));
            await visitor.GoToAsync(door);
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your role does not open this page");
        }
        await visitor.GoToAsync("/usage");
        Assert.Equal(role == "quota-admin" ? 4 : 0, await visitor.Page.Locator(".exports a").CountAsync());
        IAPIResponse export = await visitor.Page.Context.APIRequest.GetAsync("/console/usage/export?what=rows&format=csv");
        Assert.Equal(role == "quota-admin", export.Headers["content-type"].StartsWith("text/csv", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Account_ClosedWhileItsPageIsOpen_LosesThePageWithinSeconds()
    {
        await using BrowserPage admin = await console.OpenAsync("/accounts");
        string name = $"closed-{Guid.NewGuid():N}"[..14];
        string password = await CreateAsync(admin, name, "operator");
        await using BrowserPage visitor = await console.OpenAsync("/signin?returnUrl=/policies", signedIn: false);
        await visitor.EnterAsync(name, password);
        await ReplaceAsync(visitor, password);
        await visitor.GoToAsync("/policies");

        ILocator row = admin.Page.Locator("tr", new() { HasText = name });
        await row.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).ClickAsync();
        await Expect(row).ToContainTextAsync("closed");
        await visitor.TestId("most-running-requests").FillAsync("3");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Your session has ended");
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in", new() { Timeout = 30_000 });
        await visitor.EnterAsync(name, OwnPassword);
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This account is closed");
    }

    private static async Task<string> CreateAsync(BrowserPage admin, string name, string role)
    {
        await admin.Page.GetByLabel("Name of the new account").FillAsync(name);
        await admin.Page.GetByLabel("Role of the new account").SelectOptionAsync(role);
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(admin.TestId("one-time-password")).ToContainTextAsync(name);
        return await admin.TestId("one-time-password").Locator("code").InnerTextAsync();
    }

    private static async Task ReplaceAsync(BrowserPage page, string password)
    {
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Choose your password");
        await page.Page.GetByLabel("Present password").FillAsync(password);
        await page.Page.GetByLabel("New password", new() { Exact = true }).FillAsync(OwnPassword);
        await page.Page.GetByLabel("New password again").FillAsync(OwnPassword);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await page.Page.Locator(".account").WaitForAsync();
    }
}
