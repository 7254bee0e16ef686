using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class TenantsPageTests(ConsoleFixture console)
{
    [Fact]
    public async Task Key_MadeInTheBrowser_IsHonouredCountedAndLimited()
    {
        string name = $"shop-{Guid.NewGuid():N}"[..12];
        await using BrowserPage page = await console.OpenAsync("/tenants?tab=plans&id=new");
        await page.TestId("plan-name").FillAsync($"{name}-plan");
        await page.TestId("plan-limit-RequestsPerMinute").FillAsync("1");
        await page.TestId("plan-limit-TokensPerDay").FillAsync("100000");
        await PressAsync(page, "Create plan");
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = $"Plan {name}-plan", Exact = true })).ToBeVisibleAsync();

        await page.GoToAsync("/tenants?id=new");
        await page.TestId("tenant-name").FillAsync(name);
        await page.TestId("tenant-plan").SelectOptionAsync(new SelectOptionValue { Label = $"{name}-plan" });
        await PressAsync(page, "Create tenant");
        await Expect(page.TestId("tenant-state")).ToHaveTextAsync("active");

        await page.GoToAsync("/tenants?tab=keys&id=new");
        await page.TestId("key-scope").SelectOptionAsync(new SelectOptionValue { Label = name });
        await page.TestId("key-name").FillAsync("till");
        await PressAsync(page, "Create key");
        string key = await page.TestId("new-key").InnerTextAsync();
        await page.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await PressAsync(page, "Copy the key");
        await Expect(page.Page.Locator("[data-copied]").First).ToHaveTextAsync("Copied");
        Assert.Equal(key, await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        await PressAsync(page, "I have kept it");
        await Expect(page.TestId("new-key")).ToHaveCountAsync(0);
        Assert.DoesNotContain(key, await page.Page.ContentAsync());
        ILocator minute = page.TestId("limit-Tenant-RequestsPerMinute");
        await Expect(minute).ToContainTextAsync("1 left of 1");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(key));
        await Expect(minute).ToContainTextAsync("reached");
        await Expect(page.TestId("limit-Tenant-TokensPerDay")).ToContainTextAsync(new Regex("[1-9][0-9]* used, 0 reserved"));
        await Expect(page.TestId("key-used")).ToContainTextAsync("last used");
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(key));

        await page.GoToAsync("/tenants?search=" + name);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await Expect(minute).ToContainTextAsync("0 left of 1");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Its usage" }).ClickAsync();
        await Expect(page.TestId("total-requests")).ToHaveTextAsync("1");
        await Expect(page.TestId("month-requests")).ToHaveTextAsync("1");
        await AssertExportsAsync(page, name);
    }

    [Theory]
    [InlineData("/tenants", 1280)]
    [InlineData("/tenants?tab=plans&id=new", 390)]
    [InlineData("/tenants?tab=keys&id=new", 390)]
    [InlineData("/usage", 1280)]
    [InlineData("/usage", 390)]
    public async Task Page_Always_FitsItsWindow(string path, int width)
    {
        await using BrowserPage page = await console.OpenAsync(path, width);
        await page.Page.Locator(".panel").First.WaitForAsync();

        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Theory]
    [InlineData("what=shown&format=xml", HttpStatusCode.BadRequest)]
    [InlineData("what=rows&format=csv&from=2026-02-01&to=2026-01-01", HttpStatusCode.BadRequest)]
    [InlineData("what=rows&format=jsonl", HttpStatusCode.OK)]
    public async Task Export_Asked_AnswersOrSaysWhatIsWrong(string query, HttpStatusCode expected)
    {
        await using BrowserPage page = await console.OpenAsync("/usage");

        IAPIResponse response = await page.Page.Context.APIRequest.GetAsync($"/console/usage/export?{query}");

        Assert.Equal((int)expected, response.Status);
        Assert.Equal(expected == HttpStatusCode.OK, response.Headers.ContainsKey("content-disposition"));
    }

    private static Task PressAsync(BrowserPage page, string name) => page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>What is downloaded says the same as the page.</summary>
    private static async Task AssertExportsAsync(BrowserPage page, string tenant)
    {
        foreach ((int link, string words) in new[] { (0, $",{tenant},1,"), (3, $"\"tenant\":\"{tenant}\"") })
        {
            IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.Locator(".exports a").Nth(link).ClickAsync());
            string text = await File.ReadAllTextAsync(await download.PathAsync());
            Assert.Single(Regex.Matches(text, Regex.Escape(words)));
        }
    }

    private async Task<HttpStatusCode> AskAsync(string key)
    {
        using HttpClient http = new() { BaseAddress = console.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage response = await http.PostAsJsonAsync(
            "v1/chat/completions", new { model = "demo", messages = new[] { new { role = "user", content = "Hello" } }, max_tokens = 8 });
        return response.StatusCode;
    }
}
