using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using TokenFactory.Web.Playground.Sharing;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using PlaygroundPage = TokenFactory.Web.Components.Pages.Playground;

namespace TokenFactory.Web.Tests.Pages;

/// <summary>What goes beyond one conversation: comparison, token view, code and links.</summary>
public sealed class PlaygroundCompareTests : ConsoleContext
{
    private const string Comparison = "playground?max_tokens=4&compare=on&right.max_tokens=6";

    private BunitNavigationManager Navigation => (BunitNavigationManager)Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Compare_Pressed_CopiesTheSettingsAndShowsBothSides()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground?max_tokens=4");

        page.Act(it => Button(it, "Compare").Click());

        Assert.EndsWith("/playground?max_tokens=4&compare=on&right.max_tokens=4", Navigation.Uri);
        Assert.Equal(2, page.FindAll(".pane").Count);
        Assert.Equal("true", Button(page, "Right").GetAttribute("aria-pressed"));
        Assert.Equal("same settings on both sides", page.Find("[data-testid=pane-left] [data-testid=differences]").TextContent);
    }

    [Fact]
    public void Compare_PressedAgain_KeepsTheLeft()
    {
        IRenderedComponent<PlaygroundPage> page = Open(Comparison);

        page.Act(it => Button(it, "Compare").Click());

        Assert.EndsWith("/playground?max_tokens=4", Navigation.Uri);
        Assert.Equal("4", page.Find("#parameter-max_tokens").GetAttribute("value"));
    }

    [Fact]
    public void Send_Comparing_AnswersOnBothAndShowsTheDifference()
    {
        IRenderedComponent<PlaygroundPage> page = Open(Comparison);

        Say(page, "Hi");

        page.WaitForAssertion(() => Assert.Equal("The answers part after 4 characters.", page.Find("[data-testid=texts]").TextContent), Patience);
        Assert.Equal(HashModel.Answer("user: Hi\n", 4), page.Find("[data-testid=pane-left] .turn-answer .turn-text").TextContent);
        Assert.Equal(HashModel.Answer("user: Hi\n", 6), page.Find("[data-testid=pane-right] .turn-answer .turn-text").TextContent);
        Assert.Equal("+2", page.FindAll(".difference td")[2].TextContent);
        Assert.Equal("Max tokens 6", page.Find("[data-testid=pane-right] [data-testid=differences]").TextContent);
    }

    [Fact]
    public void Parameters_OfTheSideThatIsChosen_AreChanged()
    {
        IRenderedComponent<PlaygroundPage> page = Open(Comparison);

        page.Act(it => Button(it, "Right").Click());
        page.Act(it => it.Find("#parameter-temperature").Change("0.5"));
        Assert.EndsWith("/playground?max_tokens=4&compare=on&right.max_tokens=6&right.temperature=0.5", Navigation.Uri);
        page.Act(it => Button(it, "copy left to right").Click());

        Assert.EndsWith("/playground?max_tokens=4&compare=on&right.max_tokens=4", Navigation.Uri);
    }

    [Fact]
    public void Edit_Comparing_OffersBothOrOne()
    {
        IRenderedComponent<PlaygroundPage> page = Open(Comparison);
        Say(page, "Hi");
        WaitForBoth(page);

        page.Act(it => it.Find("[data-testid=pane-right] [aria-label='Edit this message']").Click());
        page.WaitForElement("[aria-label='Edited message']", Patience).Input("Ho");
        page.Act(it => Button(it, "Send here only").Click());

        page.WaitForAssertion(() => Assert.Equal(["Hi", "Ho"], page.FindAll(".turn-user .turn-text").Select(text => text.TextContent)), Patience);
        WaitForBoth(page);
        page.Act(it => it.Find("[data-testid=pane-right] [aria-label='Edit this message']").Click());
        page.WaitForElement("[aria-label='Edited message']", Patience).Input("Hu");
        page.Find("[data-testid=pane-right] .turn-user form").Submit();

        page.WaitForAssertion(() => Assert.Equal(["Hu", "Hu"], page.FindAll(".turn-user .turn-text").Select(text => text.TextContent)), Patience);
    }

    [Fact]
    public void Complete_Comparing_ContinuesOnBoth()
    {
        IRenderedComponent<PlaygroundPage> page = Open(Comparison + "&mode=completion");

        page.Act(it => it.Find("#completion-prompt").Input("Once"));
        page.Find("form.completion").Submit();

        page.WaitForAssertion(
            () => Assert.Equal([HashModel.Answer("Once", 4), HashModel.Answer("Once", 6)], page.FindAll(".continuation p").Select(text => text.TextContent)), Patience);
    }

    [Fact]
    public void Tokens_On_ShowsEveryTokenAndTheChosenOneInFull()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground?max_tokens=6&tokens=on");
        Say(page, "Hi");
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll("[data-token]").Count), Patience);
        string answer = HashModel.Answer("user: Hi\n", 6);

        page.Act(it => it.Find("[data-tokens]").TriggerEvent("ontokenpick", new TokenFactory.Web.Components.Controls.Playground.TokenPickEventArgs { Index = 2 }));

        Assert.Equal(answer, string.Concat(page.FindAll("[data-token]").Select(chip => chip.TextContent)));
        Assert.Equal(answer[2..3], page.Find("[data-testid=token-text]").TextContent);
        Assert.Equal($"{(int)answer[2]}", page.Find("[data-testid=token-id]").TextContent);
        Assert.Equal(5, page.FindAll("[data-testid=alternative]").Count);
        Assert.Equal("0", page.Find("[data-token='2']").GetAttribute("tabindex"));
        Assert.Single(page.FindAll("[data-token][tabindex='0']"));
    }

    [Fact]
    public void Tokens_TurnedOnLater_SaysWhyTheyAreAbsent()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground?max_tokens=6");
        Say(page, "Hi");
        page.WaitForAssertion(() => Assert.NotNull(Button(page, "regenerate")), Patience);

        page.Act(it => Button(it, "Tokens").Click());
        Assert.Contains("made without its probabilities", page.Find(".absent").TextContent);
        page.Act(it => Button(it, "regenerate").Click());

        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll("[data-token]").Count), Patience);
    }

    [Fact]
    public void Code_OfAConversation_AsksForTheAnswerOnShow()
    {
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        IRenderedComponent<PlaygroundPage> page = Open("playground?max_tokens=4&top_k=40");
        Say(page, "It's \"me\"");
        page.WaitForAssertion(() => Assert.NotNull(Button(page, "regenerate")), Patience);

        page.Act(it => Button(it, "View as code").Click());

        string code = dialogs.WaitForElement("[data-testid=code]", Patience).TextContent;
        Assert.Contains(@"""content"": ""It'\''s \""me\""""", code);
        Assert.DoesNotContain("assistant", code);
        dialogs.FindAll("button").Single(button => button.TextContent == "Python").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("extra_body", dialogs.Find("[data-testid=code]").TextContent), Patience);
    }

    [Fact]
    public void Share_WithTheConversation_RestoresItElsewhere()
    {
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        IRenderedComponent<PlaygroundPage> page = Open(Comparison);
        page.Act(it => it.Find("#playground-system").Change("Be kind."));
        Say(page, "Hi");
        WaitForBoth(page);
        string[] said = [.. page.FindAll(".turn-text").Select(text => text.TextContent)];

        page.Act(it => Button(it, "Share").Click());
        string link = dialogs.WaitForElement("[data-testid=share-conversation]", Patience).TextContent;
        IRenderedComponent<PlaygroundPage> other = Open(link);

        Assert.Equal(said, other.FindAll(".turn-text").Select(text => text.TextContent));
        Assert.Equal("Be kind.", other.Find("#playground-system").TextContent + other.Find("#playground-system").GetAttribute("value"));
    }

    [Fact]
    public void Share_TooLong_SaysSoAndOffersTheSetup()
    {
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        IRenderedComponent<PlaygroundPage> page = Open("playground?mode=completion");
        Random random = new(1);
        page.Act(it => it.Find("#completion-prompt").Input(new string([.. Enumerable.Range(0, 40_000).Select(_ => (char)random.Next(0x4E00, 0x9000))])));

        page.Act(it => Button(it, "Share").Click());

        dialogs.WaitForAssertion(() => Assert.Contains("Too long for a link", dialogs.Find("[role=alert]").TextContent), Patience);
        Assert.EndsWith("/playground?mode=completion", dialogs.Find("[data-testid=share-setup]").TextContent);
        Assert.Empty(dialogs.FindAll("[data-testid=share-conversation]"));
    }

    [Fact]
    public void Render_DamagedLink_SaysSoAndShowsTheSettings()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground?temperature=0.5#t1.damaged");

        Assert.Contains("damaged", page.Find(".notice-warning").TextContent);
        Assert.Equal("0.5", page.Find("#parameter-temperature").GetAttribute("value"));
    }

    [Fact]
    public void SystemPrompt_TooLongForTheAddress_IsKeptAndSaid()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground");
        Random random = new(1);
        string system = new([.. Enumerable.Range(0, 40_000).Select(_ => (char)random.Next(0x4E00, 0x9000))]);

        page.Act(it => it.Find("#playground-system").Change(system));

        Assert.Contains("too long for the page's address", page.Find(".notice").TextContent);
        Assert.Equal(system, page.Find("#playground-system").GetAttribute("value"));
        Assert.EndsWith("/playground", Navigation.Uri);
    }

    [Fact]
    public void SystemPrompt_Set_StandsInTheFragment()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground");

        page.Act(it => it.Find("#playground-system").Change("Be kind."));

        Assert.Equal("Be kind.", TextFragment.Read(new Uri(Navigation.Uri).Fragment, out _).System);
    }

    [Fact]
    public void LogitBias_Wrong_SaysSoAndHoldsSendBack()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground");
        page.Act(it => it.Find(".composer textarea").Input("Hi"));

        page.Act(it => it.Find("#playground-bias").Change("what"));

        Assert.Contains("“what”", page.Find("#playground-bias-problem").TextContent);
        Assert.True(Button(page, "Send").HasAttribute("disabled"));
    }

    [Fact]
    public void Parameter_Changed_IsMarkedWithItsDefault()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground?temperature=0.5");

        Assert.Contains("default 0", page.Find(".field-set").TextContent);
        Assert.Single(page.FindAll(".field-set"));
    }

    [Fact]
    public void Lane_Chosen_StandsInTheAddress()
    {
        IRenderedComponent<PlaygroundPage> page = Open("playground");

        page.Act(it => it.Find("#playground-lane").Change("batch"));

        Assert.EndsWith("/playground?lane=batch", Navigation.Uri);
    }

    private static IElement Button(IRenderedComponent<PlaygroundPage> page, string name) =>
        page.FindAll("button").Single(button => button.TextContent.TrimStart('✓').Trim() == name);

    private static void WaitForBoth(IRenderedComponent<PlaygroundPage> page) =>
        page.WaitForAssertion(() => Assert.NotNull(Button(page, "regenerate both")), Patience);

    private static void Say(IRenderedComponent<PlaygroundPage> page, string text)
    {
        page.Act(it => it.Find(".composer textarea").Input(text));
        page.Find("form.composer").Submit();
    }

    private IRenderedComponent<PlaygroundPage> Open(string address)
    {
        if (Catalog.Models.Count == 0)
        {
            AddModel();
        }
        Navigation.NavigateTo(address);
        return Render<PlaygroundPage>();
    }
}
