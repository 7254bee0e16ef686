using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class PlaygroundPageTests(ConsoleFixture console)
{
    // Tokens that were generated before become likelier, and the likeliest is taken: the text goes round in a circle and never ends by itself.
    private const string Endless = "max_tokens=900&temperature=0&frequency_penalty=-2&presence_penalty=-2";

    [Fact]
    public async Task Send_AQuestion_StreamsAnAnswerWithItsFigures()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?temperature=0");

        await page.AskAsync("What are you?");

        await Expect(page.Answers.Locator(".turn-text")).ToHaveTextAsync(new Regex(@"\w{3,}"));
        await Expect(page.TestId("rate")).ToHaveTextAsync(new Regex(@"^[1-9][\d.]*$"));
        await Expect(page.TestId("first-token")).ToHaveTextAsync(new Regex(@"^\d+ ms$"));
        await Expect(page.TestId("ending")).ToHaveTextAsync("Ended by the model");
        await Expect(page.Message).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Send_SeveralTurns_KeepsTheConversation()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=24");

        await page.AskAsync("Hello!");
        await page.AskAsync("What can you do?");

        await Expect(page.Page.Locator(".turn")).ToHaveCountAsync(4);
        await Expect(page.Page.Locator(".turn-user .turn-text")).ToHaveTextAsync(["Hello!", "What can you do?"]);
    }

    [Fact]
    public async Task ShiftEnter_InTheMessage_MakesANewLineAndSendsNothing()
    {
        await using BrowserPage page = await console.OpenAsync("/playground");
        await page.Message.FillAsync("one");

        await page.Message.PressAsync("Shift+Enter");
        await page.Message.PressSequentiallyAsync("two");

        await Expect(page.Message).ToHaveValueAsync("one\ntwo");
        await Expect(page.Page.Locator(".turn")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Stop_WhileStreaming_KeepsWhatThereIs()
    {
        await using BrowserPage page = await console.OpenAsync($"/playground?mode=completion&{Endless}");
        await page.Page.GetByLabel("Prompt", new() { Exact = true }).FillAsync("Once upon a time");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Complete" }).ClickAsync();
        await Expect(page.TestId("generated")).ToHaveTextAsync(new Regex("^[1-9]"));

        await page.Stop.ClickAsync();

        await Expect(page.TestId("ending")).ToHaveTextAsync("Stopped");
        Assert.True(int.Parse(await page.TestId("generated").InnerTextAsync(), CultureInfo.InvariantCulture) < 900);
        Assert.NotEqual("", await page.Page.Locator(".continuation p").First.InnerTextAsync());
    }

    [Fact]
    public async Task Keyboard_Only_SendsAndStops()
    {
        await using BrowserPage page = await console.OpenAsync($"/playground?{Endless}");
        await page.Message.FocusAsync();
        await page.Page.Keyboard.TypeAsync("Write me a short story about a lighthouse.");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Stop.WaitForAsync();

        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(page.TestId("ending")).ToHaveTextAsync("Stopped");
        await Expect(page.Message).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Regenerate_WithASeed_GivesTheSameAnswerInItsPlace()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?seed=7&max_tokens=24");
        await page.AskAsync("Who are you, and what does this console do with the prompts that people send to it all day long?");
        string first = await page.Answers.Locator(".turn-text").InnerTextAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "regenerate" }).ClickAsync();
        await Expect(page.TestId("prompt")).ToHaveTextAsync(new Regex(@"\([1-9]\d* cached\)"));

        await Expect(page.Page.Locator(".turn")).ToHaveCountAsync(2);
        await Expect(page.Answers.Locator(".turn-text")).ToHaveTextAsync(first);
    }

    [Fact]
    public async Task Edit_TheFirstTurn_AnswersThatAndForgetsTheRest()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=16");
        await page.AskAsync("Hello!");
        await page.AskAsync("And more?");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Edit this message" }).First.ClickAsync();
        ILocator edited = page.Page.GetByLabel("Edited message");
        await edited.FillAsync("Good evening!");
        await edited.PressAsync("Enter");

        await Expect(page.Page.Locator(".turn-user .turn-text")).ToHaveTextAsync(["Good evening!"]);
        await Expect(page.TestId("ending")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Parameters_Set_StandInTheAddressAndSurviveAReload()
    {
        await using BrowserPage page = await console.OpenAsync("/playground");
        await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Temperature" }).FillAsync("0.3");
        await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Seed" }).FillAsync("42");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Completion" }).ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(new Regex(@"/playground\?mode=completion&seed=42&temperature=0\.3$"));

        await page.Page.ReloadAsync();

        await Expect(page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Temperature" })).ToHaveValueAsync("0.3");
        await Expect(page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Seed" })).ToHaveValueAsync("42");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Completion" })).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task Parameter_OutOfBounds_SaysSoBesideItAndHoldsSendBack()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?temperature=9");
        await page.Message.FillAsync("Hello");

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("temperature is 9; it must be from 0 to 2.");
        await Expect(page.Send).ToBeDisabledAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Reset Temperature" }).ClickAsync();
        await Expect(page.Send).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Send_MoreThanTheContext_SaysBothLengthsAndThePageLives()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=16");
        await page.Message.FillAsync(string.Concat(Enumerable.Repeat("factory ", 2000)));
        await page.Message.PressAsync("Enter");

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(new Regex(@"The prompt has \d{4,} tokens; the context of demo is 1024 tokens"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await page.AskAsync("Hello!");
        await Expect(page.Answers).ToHaveCountAsync(1);
    }
}
