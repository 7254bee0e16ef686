using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>Comparison, token view, code and links in a real browser.</summary>
public sealed class PlaygroundCompareTests(ConsoleFixture console)
{
    private const string Comparison = "/playground?temperature=0&max_tokens=24&compare=on&right.temperature=0&right.max_tokens=12";

    [Fact]
    public async Task Compare_AQuestion_IsAnsweredOnBothSidesWithTheirDifference()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?temperature=0&max_tokens=24");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Expect(page.TestId("pane-right")).ToBeVisibleAsync();
        ILocator most = page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Max tokens" });
        await most.FillAsync("12");
        await most.PressAsync("Tab");
        await Expect(page.TestId("pane-right").GetByTestId("differences")).ToHaveTextAsync("Max tokens 12");

        await SayAsync(page, "What are you?");

        await Expect(page.TestId("ending")).ToHaveCountAsync(2);
        await Expect(page.TestId("comparison").Locator(".difference td").Nth(2)).ToHaveTextAsync(new Regex("^−"));
        await Expect(page.TestId("texts")).ToHaveTextAsync(new Regex("part after|are the same"));
        await page.Page.ReloadAsync();
        await Expect(page.TestId("pane-right").GetByTestId("differences")).ToHaveTextAsync("Max tokens 12");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(new Regex(@"/playground\?max_tokens=24&temperature=0$"));
    }

    [Fact]
    public async Task Keyboard_Only_ComparesStopsAndRegenerates()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=900&temperature=0&frequency_penalty=-2&presence_penalty=-2");
        await PressUntilFocusedAsync(page, page.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.TestId("pane-right")).ToBeVisibleAsync();
        await PressUntilFocusedAsync(page, page.Message);
        await page.Page.Keyboard.TypeAsync("Tell me a story.");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.TestId("generated").First).ToHaveTextAsync(new Regex("^[1-9]"));

        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(page.TestId("ending")).ToHaveTextAsync(["Stopped", "Stopped"]);
        await PressUntilFocusedAsync(page, page.Page.GetByRole(AriaRole.Button, new() { Name = "regenerate both" }), "Shift+Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop both" }).ClickAsync();
        await Expect(page.TestId("ending")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Tokens_On_ShowsProbabilitiesByPointerAndByKeys()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?temperature=0&max_tokens=24&tokens=on");
        await page.AskAsync("What are you?");
        ILocator chips = page.Page.Locator("[data-token]");
        Assert.InRange(await chips.CountAsync(), 2, 24);

        await chips.Nth(1).HoverAsync();
        await Expect(page.TestId("token-details")).ToHaveAccessibleNameAsync("Token 2");
        await Expect(page.TestId("token-text")).ToHaveTextAsync(await chips.Nth(1).InnerTextAsync());
        await Expect(page.TestId("token-id")).ToHaveTextAsync(new Regex(@"^\d+$"));
        await Expect(page.TestId("token-probability")).ToHaveTextAsync(new Regex(@"^\d+\.\d+ %$"));
        await Expect(page.TestId("token-logprob")).ToHaveTextAsync(new Regex(@"^−?\d+\.\d{4}$"));
        await Expect(page.TestId("alternative")).ToHaveCountAsync(5);

        await chips.Nth(1).FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Expect(page.TestId("token-details")).ToHaveAccessibleNameAsync("Token 1");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.TestId("token-details")).ToHaveAccessibleNameAsync("Token 3");
        await Expect(chips.Nth(2)).ToBeFocusedAsync();
        Assert.Equal(1, await page.Page.Locator("[data-token][tabindex='0']").CountAsync());
    }

    [Fact]
    public async Task Tokens_ALongAnswer_StaysBoundedAndAnswersToClicks()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=900&temperature=0&frequency_penalty=-2&presence_penalty=-2&tokens=on");
        await SayAsync(page, "Tell me a story.");
        await Expect(page.TestId("ending")).ToHaveCountAsync(1, new() { Timeout = 60_000 });

        ILocator pager = page.Page.GetByRole(AriaRole.Group, new() { Name = "Pages of tokens" });
        await Expect(pager).ToContainTextAsync("tokens 801 to 900 of 900");
        await pager.GetByRole(AriaRole.Button, new() { Name = "earlier" }).ClickAsync();
        await Expect(pager).ToContainTextAsync("tokens 401 to 800 of 900");
        Assert.Equal(400, await page.Page.Locator("[data-token]").CountAsync());
    }

    [Fact]
    public async Task Share_WithTheConversation_RestoresItForSomebodyWhoHasToSignIn()
    {
        string link;
        string answer;
        await using (BrowserPage page = await console.OpenAsync(Comparison))
        {
            await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "System prompt" }).FillAsync("You are kind.");
            await SayAsync(page, "It's \"quoted\" <b>& 世界 🏭");
            await Expect(page.TestId("ending")).ToHaveCountAsync(2);
            answer = await page.TestId("pane-right").Locator(".turn-answer .turn-text").InnerTextAsync();
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
            link = await page.TestId("share-conversation").InnerTextAsync();
        }

        await using BrowserPage other = await console.OpenAsync("/signin", signedIn: false);
        await other.Page.GotoAsync(link);
        await other.EnterAsync("admin", HostProcess.AdminPassword);

        await Expect(other.Page).ToHaveURLAsync(new Regex(@"/playground\?.*#t1\."));
        await Expect(other.TestId("pane-right").Locator(".turn-text")).ToHaveTextAsync(["It's \"quoted\" <b>& 世界 🏭", answer]);
        await Expect(other.TestId("pane-left").Locator(".turn-text")).ToHaveCountAsync(2);
        await Expect(other.Page.GetByRole(AriaRole.Textbox, new() { Name = "System prompt" })).ToHaveValueAsync("You are kind.");
    }

    [Fact]
    public async Task Link_AsLongAsTheyGet_Loads()
    {
        Random random = new(5);
        string text = new([.. Enumerable.Range(0, 4500).Select(_ => (char)random.Next(0x4E00, 0x9000))]);
        string fragment = TokenFactory.Web.Playground.Sharing.TextFragment.Write(new() { Prompt = text });
        Assert.InRange(fragment.Length, 13_000, TokenFactory.Web.Playground.Sharing.TextFragment.MostCharacters);

        await using BrowserPage page = await console.OpenAsync("/playground?mode=completion" + fragment);

        await Expect(page.Page.Locator("#completion-prompt")).ToHaveValueAsync(text);
    }

    [Fact]
    public async Task SystemPrompt_Set_SurvivesAReload()
    {
        await using BrowserPage page = await console.OpenAsync("/playground");
        ILocator system = page.Page.GetByRole(AriaRole.Textbox, new() { Name = "System prompt" });
        await system.FillAsync("You are kind.\nAnd short.");
        await system.PressAsync("Tab");
        await Expect(page.Page).ToHaveURLAsync(new Regex(@"/playground#t1\."));

        await page.Page.ReloadAsync();

        await Expect(system).ToHaveValueAsync("You are kind.\nAnd short.");
    }

    [Fact]
    public async Task Code_Curl_GivesTheAnswerOnShow()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?temperature=0&max_tokens=24");
        await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "System prompt" }).FillAsync("It's `you` $HOME \\ \"quoted\"");
        await page.AskAsync("What's \"this\"? </script> \\n 世界");
        string answer = await page.Answers.Locator(".turn-text").InnerTextAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "View as code" }).ClickAsync();
        string code = await page.TestId("code").InnerTextAsync();
        string body = await Interpreter.RunAsync("bash", code);

        using System.Text.Json.JsonDocument completion = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal(answer.Trim(), completion.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Trim());
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.TestId("code")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("/playground?compare=on&tokens=on")]
    [InlineData("/playground?mode=completion&compare=on&tokens=on")]
    public async Task Compare_OnAPhone_StacksAndDoesNotScrollSideways(string path)
    {
        await using BrowserPage page = await console.OpenAsync(path + "&max_tokens=12&right.max_tokens=12", 390, 844);
        bool chats = await page.Message.CountAsync() > 0;
        ILocator entry = chats ? page.Message : page.Page.Locator("#completion-prompt");
        await entry.FillAsync("Hello there " + new string('w', 300));
        await entry.PressAsync(chats ? "Enter" : "Control+Enter");
        await Expect(page.TestId("ending")).ToHaveCountAsync(2);

        Assert.False(await page.ScrollsSidewaysAsync());
        LocatorBoundingBoxResult left = (await page.TestId("pane-left").BoundingBoxAsync())!;
        LocatorBoundingBoxResult right = (await page.TestId("pane-right").BoundingBoxAsync())!;
        Assert.True(right.Y >= left.Y + left.Height - 1);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "View as code" }).ClickAsync();
        await page.TestId("code").WaitForAsync();
        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Page_WithEverythingOpen_HasNothingThatAStrictContentPolicyForbids()
    {
        await using BrowserPage page = await console.OpenAsync("/signin");
        await page.GoToAsync("/playground?tokens=on&compare=on&max_tokens=12&right.max_tokens=12");

        await SayAsync(page, "Hello!");
        await Expect(page.TestId("ending")).ToHaveCountAsync(2);
        await page.TestId("pane-right").Locator("[data-token]").Nth(1).ClickAsync();
        await Expect(page.TestId("pane-right").GetByTestId("token-details")).ToHaveAccessibleNameAsync("Token 2");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "View as code" }).ClickAsync();
        await Expect(page.TestId("code")).ToContainTextAsync("curl");

        string[] forbidden = await page.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll("*")].filter(element =>
              (element.matches("script:not([src])") && element.textContent.trim() && !/json/.test(element.type))
              || [...element.attributes].some(attribute => /^on/.test(attribute.name) || /^\s*javascript:/i.test(attribute.value))).map(element => element.outerHTML)
            """);
        Assert.Empty(forbidden);
    }

    private static async Task SayAsync(BrowserPage page, string text)
    {
        await page.Message.FillAsync(text);
        await page.Message.PressAsync("Enter");
    }

    private static async Task PressUntilFocusedAsync(BrowserPage page, ILocator target, string key = "Tab")
    {
        for (int i = 0; i < 60; i++)
        {
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
            await page.Page.Keyboard.PressAsync(key);
        }
        Assert.Fail("the keyboard does not get there");
    }
}
