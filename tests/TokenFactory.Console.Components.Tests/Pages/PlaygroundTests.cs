using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Text;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using PlaygroundPage = TokenFactory.Web.Components.Pages.Playground;

namespace TokenFactory.Web.Tests.Pages;

public sealed class PlaygroundTests : ConsoleContext
{
    private BunitNavigationManager Navigation => (BunitNavigationManager)Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Render_NoModel_PointsToTheFloor() => Assert.Contains("No model serves yet", Render<PlaygroundPage>().Find(".notice").TextContent);

    [Fact]
    public void ModelArrives_WhileThePageIsOpen_OffersIt()
    {
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        AddModel();

        page.WaitForAssertion(() => Assert.Equal("hash", page.Find("#playground-model").GetAttribute("value")), Patience);
    }

    [Fact]
    public void Send_AMessage_ShowsTheAnswerAndItsFigures()
    {
        AddModel();
        Navigation.NavigateTo("playground?max_tokens=6");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        Say(page, "Hi");

        page.WaitForAssertion(() => Assert.Equal("Cut off at the token limit", page.Find("[data-testid=ending]").TextContent), Patience);
        Assert.Equal(["Hi", HashModel.Answer("user: Hi\n", 6)], page.FindAll(".turn-text").Select(text => text.TextContent));
        Assert.Equal("6", page.Find("[data-testid=generated]").TextContent);
        Assert.Equal("9 (0 cached)", page.Find("[data-testid=prompt]").TextContent);
        Assert.Equal("", page.Find(".composer textarea").GetAttribute("value"));
    }

    [Fact]
    public void Send_ModelThinks_FoldsTheThoughtAwayOnceItAnswers()
    {
        HashModel model = AddModel();
        Catalog.Remove("hash");
        Catalog.Add(model.Served with { Dialect = new ChatDialect(ToolFormat.None, ReasoningFormat.Think) });
        model.Executor.StepTime = TimeSpan.FromMilliseconds(5);
        model.Executor.Choose = context => "<think>"u8.ToArray().Concat(Enumerable.Repeat((byte)'h', 40)).Concat("</think>Yes."u8.ToArray()).ElementAt(context.Length - "user: Hi\n".Length);
        Navigation.NavigateTo("playground?max_tokens=59");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        Say(page, "Hi");

        page.WaitForAssertion(() => Assert.True(page.Find(".reasoning").HasAttribute("open")), Patience);
        page.WaitForAssertion(() => Assert.Equal("Yes.", page.FindAll(".turn-text")[1].TextContent), Patience);
        Assert.False(page.Find(".reasoning").HasAttribute("open"));
        Assert.Equal(new string('h', 40), page.Find(".reasoning p").TextContent);
    }

    [Fact]
    public void Send_OnlySpaces_DoesNothing()
    {
        AddModel();
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        Say(page, "  \n");

        Assert.Empty(page.FindAll(".turn"));
        Assert.True(Button(page, "Send").HasAttribute("disabled"));
    }

    [Fact]
    public void Stop_WhileStreaming_EndsTheAnswer()
    {
        HashModel model = AddModel();
        model.Executor.StepTime = TimeSpan.FromMilliseconds(5);
        Navigation.NavigateTo("playground?max_tokens=500");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        Say(page, "Hi");
        page.WaitForAssertion(() => Assert.NotEqual("0", page.Find("[data-testid=generated]").TextContent), Patience);

        page.Act(it => Button(it, "Stop").Click());

        page.WaitForAssertion(() => Assert.Equal("Stopped", page.Find("[data-testid=ending]").TextContent), Patience);
    }

    [Fact]
    public void Regenerate_AnAnswer_PutsTheNewOneInItsPlace()
    {
        AddModel();
        Navigation.NavigateTo("playground?max_tokens=4");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        Say(page, "Hello there");
        WaitForEnd(page);

        page.Act(it => Button(it, "regenerate").Click());

        page.WaitForAssertion(() => Assert.Equal("18 (16 cached)", page.Find("[data-testid=prompt]").TextContent), Patience);
        Assert.Equal(2, page.FindAll(".turn").Count);
    }

    [Fact]
    public void Edit_AUsersTurn_AnswersTheNewWords()
    {
        AddModel();
        Navigation.NavigateTo("playground?max_tokens=4");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        Say(page, "Hello");
        WaitForEnd(page);

        page.Act(it => Button(it, "edit").Click());
        page.WaitForElement("[aria-label='Edited message']", Patience).Input("Goodbye");
        page.Find(".turn-user form").Submit();

        page.WaitForAssertion(
            () => Assert.Equal(["Goodbye", HashModel.Answer("user: Goodbye\n", 4)], page.FindAll(".turn-text").Select(text => text.TextContent)), Patience);
    }

    [Fact]
    public void Clear_AConversation_ForgetsIt()
    {
        AddModel();
        Navigation.NavigateTo("playground?max_tokens=4");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        Say(page, "Hello");
        WaitForEnd(page);

        page.Act(it => Button(it, "Clear").Click());

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".turn")), Patience);
        Assert.Contains("Say something to hash", page.Find(".empty").TextContent);
    }

    [Fact]
    public void Complete_APrompt_ContinuesItWithoutATemplate()
    {
        AddModel();
        Navigation.NavigateTo("playground?mode=completion&max_tokens=5");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        page.Act(it => it.Find("#completion-prompt").Input("Once"));
        page.Find("form.completion").Submit();

        page.WaitForAssertion(() => Assert.Equal(HashModel.Answer("Once", 5), page.Find(".continuation p").TextContent), Patience);
        page.WaitForAssertion(() => Assert.False(Button(page, "Add to the prompt").HasAttribute("disabled")), Patience);
        page.Act(it => Button(it, "Add to the prompt").Click());
        page.WaitForAssertion(() => Assert.Equal("Once" + HashModel.Answer("Once", 5), page.Find("#completion-prompt").GetAttribute("value")), Patience);
    }

    [Fact]
    public void Render_ModelWithoutTemplate_OffersCompletionOnly()
    {
        AddModel(chats: false);

        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        Assert.Contains("has no chat template", page.Find(".notice").TextContent);
        Assert.True(Button(page, "Chat").HasAttribute("disabled"));
        Assert.NotNull(page.Find("#completion-prompt"));
    }

    [Fact]
    public void Parameters_Changed_StandInTheAddressUntilReset()
    {
        AddModel();
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        page.Act(it => it.Find("#parameter-temperature").Change("0.5"));
        Assert.EndsWith("/playground?temperature=0.5", Navigation.Uri);
        page.Act(it => it.Find("#playground-stop").Change("END\n\\n\\n"));
        Assert.EndsWith("/playground?temperature=0.5&stop=END%0A%5Cn%5Cn", Navigation.Uri);
        page.Act(it => Button(it, "Reset all to the model's defaults").Click());

        Assert.EndsWith("/playground", Navigation.Uri);
        Assert.Equal("0", page.Find("#parameter-temperature").GetAttribute("value"));
    }

    [Fact]
    public void Parameter_SetToItsDefault_LeavesTheAddress()
    {
        AddModel();
        Navigation.NavigateTo("playground?top_p=0.5");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        page.Act(it => it.Find("#parameter-top_p").Change("0.90"));

        Assert.EndsWith("/playground", Navigation.Uri);
    }

    [Theory]
    [InlineData("temperature", "3", "temperature is 3; it must be from 0 to 2.")]
    [InlineData("top_k", "1.5", "top_k is “1.5”; it must be a whole number.")]
    [InlineData("max_tokens", "512", "max_tokens is 512; it must be from 1 to 511, the context less one prompt token.")]
    [InlineData("seed", "x", "seed is “x”; it must be a whole number, or empty.")]
    public void Parameter_Wrong_SaysSoAndHoldsSendBack(string key, string value, string problem)
    {
        AddModel();
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        page.Act(it => it.Find(".composer textarea").Input("Hi"));

        page.Act(it => it.Find($"#parameter-{key}").Change(value));

        Assert.Equal(problem, page.Find($"#parameter-{key}-problem").TextContent);
        Assert.True(Button(page, "Send").HasAttribute("disabled"));
    }

    [Fact]
    public void Model_Chosen_BringsItsNameIntoTheAddress()
    {
        AddModel();
        AddModel("second");
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        page.Act(it => it.Find("#playground-model").Change("second"));

        Assert.EndsWith("/playground?model=second", Navigation.Uri);
    }

    [Fact]
    public void Render_AddressNamesAnUnknownModel_SaysWhichAnswersInstead()
    {
        AddModel();
        Navigation.NavigateTo("playground?model=gone");

        Assert.Contains("No model named gone serves; hash answers instead.", Render<PlaygroundPage>().Find(".notice-warning").TextContent);
    }

    [Fact]
    public void Send_MoreThanTheContext_ShowsBothLengthsAndOffersAnotherTry()
    {
        AddModel();
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();

        Say(page, new string('a', 600));

        Assert.Contains("The prompt has 607 tokens; the context of hash is 512 tokens", page.Find(".notice-error").TextContent);
        Assert.NotNull(Button(page, "Try again"));
    }

    private static IElement Button(IRenderedComponent<PlaygroundPage> page, string name) =>
        page.FindAll("button").Single(button => button.TextContent.Trim() == name);

    /// <summary>The last figures may be drawn a moment before the answer is put away and the buttons come back.</summary>
    private static void WaitForEnd(IRenderedComponent<PlaygroundPage> page) =>
        page.WaitForAssertion(() => Assert.NotNull(Button(page, "regenerate")), Patience);

    private static void Say(IRenderedComponent<PlaygroundPage> page, string text)
    {
        page.Act(it => it.Find(".composer textarea").Input(text));
        page.Find("form.composer").Submit();
    }
}
