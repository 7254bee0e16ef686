using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Web.BrowserTests.Measurements;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests.Accessibility;

/// <summary>An operator's work without a mouse; at every stop one sees where one is.</summary>
public sealed class KeyboardTests(ConsoleFixture console)
{
    private const int MostStops = 60;

    // The focus may be drawn on the element or, by a component, on its parent; either way it has to be in sight and not be covered.
    private const string SeesFocus =
        """
        () => {
          const shows = style => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
          const active = document.activeElement;
          const box = active.getBoundingClientRect();
          const inSight = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
          const seen = shows(getComputedStyle(active)) || active.tagName === "H1" || active.id === "content";
          return seen && inSight ? "" : `${active.outerHTML.slice(0, 200)} ${JSON.stringify(box)}`;
        }
        """;

    [Fact]
    public async Task Operator_WithoutAMouse_SignsInCancelsARequestAndChangesAPolicy()
    {
        console.RequireBrowser();
        await using InProcessConsole host = await InProcessConsole.StartAsync();
        // Slow enough that a request outlasts the walk to its button.
        using HashModel model = CrowdedModel.AddTo(host, 20);
        model.Executor.StepTime = TimeSpan.FromMilliseconds(300);
        await using BrowserPage page = await console.OpenAsync("/signin", address: host.Address, signedIn: false);
        await SignInAsync(page);
        await WalkAsync(page, "Shift+Tab", page.Page.GetByText("Skip to the content"));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#content")).ToBeFocusedAsync();
        Assert.Equal("", await page.Page.EvaluateAsync<string>(SeesFocus));

        await FollowAsync(page, "Queue");
        await WalkAsync(page, "Tab", page.Page.Locator("tbody .id").First);
        await page.Page.Keyboard.PressAsync("Enter");
        ILocator request = page.Page.GetByRole(AriaRole.Region, new() { NameRegex = new Regex("^Request ") });
        string name = (await request.GetAttributeAsync("aria-label"))!;
        await WalkAsync(page, "Tab", page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel request" }));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = name })).ToHaveCountAsync(0);

        await FollowAsync(page, "Policies");
        await ChangePolicyAsync(page);
    }

    private static async Task SignInAsync(BrowserPage page)
    {
        await Expect(page.Page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync("admin");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.TypeAsync(HostProcess.AdminPassword);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Floor", Level = 1 })).ToBeFocusedAsync();
    }

    private static async Task ChangePolicyAsync(BrowserPage page)
    {
        ILocator policy = page.Page.GetByRole(AriaRole.Region, new() { Name = "Policy of crowded", Exact = true });
        ILocator most = policy.GetByTestId("most-running-requests");
        string before = await most.InputValueAsync();
        await WalkAsync(page, "Tab", most);
        await page.Page.Keyboard.PressAsync("Control+A");
        await page.Page.Keyboard.TypeAsync("2");
        await WalkAsync(page, "Tab", policy.GetByRole(AriaRole.Button, new() { Name = "Apply" }));
        await page.Page.Keyboard.PressAsync("Enter");
        ILocator back = policy.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Go back to version") }).First;
        await Expect(policy.GetByTestId("policy-version")).ToHaveTextAsync(new Regex("by admin"));
        await WalkAsync(page, "Tab", back);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(most).ToHaveValueAsync(before);
    }

    /// <summary>Walks back to the navigation and opens a page from there.</summary>
    private static async Task FollowAsync(BrowserPage page, string name)
    {
        await WalkAsync(page, "Shift+Tab", page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 })).ToBeFocusedAsync();
    }

    /// <summary>Presses a key until the goal has the focus, and looks at every stop.</summary>
    private static async Task WalkAsync(BrowserPage page, string key, ILocator goal)
    {
        await goal.WaitForAsync();
        for (int i = 0; i < MostStops; i++)
        {
            await page.Page.Keyboard.PressAsync(key);
            string unseen = await page.Page.EvaluateAsync<string>(SeesFocus);
            Assert.True(unseen.Length == 0, $"the focus cannot be seen on {unseen}");
            if (await goal.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }
        Assert.Fail($"{goal} is not reached by {key}");
    }
}
