using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Components.Controls.Playground;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Tests.Driving;
using Xunit;
using PlaygroundPage = TokenFactory.Web.Components.Pages.Playground;

namespace TokenFactory.Web.Tests.Pages;

public sealed class PlaygroundTests : BunitContext, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ModelCatalog _catalog = new();
    private readonly ModelLoadBoard _loads = new(TimeProvider.System);

    public PlaygroundTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(_catalog);
        Services.AddSingleton(_loads);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Options.Create(new LiveOptions()));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (ServedModel model in _catalog.Models)
        {
            model.Engine.Dispose();
        }
    }

    [Fact]
    public void Render_NoModel_SaysWhatToDoAndGoesOnOnceOneServes()
    {
        IRenderedComponent<PlaygroundPage> page = Render<PlaygroundPage>();
        Assert.Contains("--model FOLDER", page.Markup);

        ModelLoadTicket ticket = _loads.Begin("coming");
        page.WaitForAssertion(() => Assert.Contains("coming", page.Find("[role=status]").TextContent), Patience);

        _catalog.Add(ServedModels.Create("coming"));
        ticket.Complete();
        page.WaitForElement("#composer-text", Patience);
    }

    [Fact]
    public void Send_AMessage_ShowsTheAnswerAndItsFigures()
    {
        IRenderedComponent<PlaygroundPage> page = Open("?max_tokens=9");

        Ask(page, "hello");

        page.WaitForAssertion(() => Assert.Equal(["hello", ServedModels.Continue("user: hello\n", 9)], page.FindAll("article p").Select(text => text.TextContent)), Patience);
        page.WaitForAssertion(() => Assert.Contains("9", Figure(page, "Answer")), Patience);
        Assert.Contains("token limit reached", Figure(page, "Answer"));
        Assert.Contains("12", Figure(page, "Prompt"));
        Assert.Equal("", page.Find("#composer-text").GetAttribute("value"));
    }

    [Fact]
    public void AnswerAgain_AfterEditing_AsksTheNewQuestion()
    {
        IRenderedComponent<PlaygroundPage> page = Open("?max_tokens=6");
        Ask(page, "first");
        page.WaitForElement(".turn-action", Patience);

        page.Find(".turn-action").Click();
        Assert.Equal("first", page.Find("#composer-text").GetAttribute("value"));
        Ask(page, "second");

        page.WaitForAssertion(() => Assert.Equal(["second", ServedModels.Continue("user: second\n", 6)], page.FindAll("article p").Select(text => text.TextContent)), Patience);
        page.WaitForState(() => !page.Find("#again").HasAttribute("disabled"), Patience);
        page.Find("#again").Click();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("article").Count), Patience);
    }

    [Fact]
    public void Stop_WhileItAnswers_EndsIt()
    {
        IRenderedComponent<PlaygroundPage> page = Open(
            "?max_tokens=1500", new HashExecutor(HashExecutor.DefaultLimits with { BlockCount = 1024, MaxContext = 2048 }) { StepTime = TimeSpan.FromMilliseconds(10) });
        Ask(page, "long");
        page.WaitForElement("[data-live]", Patience);

        page.Find("#composer-stop").Click();

        page.WaitForAssertion(() => Assert.Contains("stopped", Figure(page, "Answer")), Patience);
        Assert.Empty(page.FindAll("[data-live]"));
    }

    [Fact]
    public void Send_PromptBeyondTheContext_ShowsBothLengths()
    {
        IRenderedComponent<PlaygroundPage> page = Open("");

        Ask(page, new string('x', 3000));

        page.WaitForAssertion(() => Assert.Contains("3007", page.Find("[role=alert]").TextContent), Patience);
        Assert.Contains("2048", page.Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Completion_AText_IsGoneOnWith()
    {
        IRenderedComponent<PlaygroundPage> page = Open("?mode=completion&max_tokens=8");

        Ask(page, "Once");

        string text = ServedModels.Continue("Once", 8);
        page.WaitForAssertion(() => Assert.Equal(text, page.Find("[data-testid=continuation]").TextContent), Patience);
        page.WaitForState(() => !page.Find("#take-over").HasAttribute("disabled"), Patience);
        page.Find("#take-over").Click();
        Assert.Equal("Once" + text, page.Find("#composer-text").GetAttribute("value"));
    }

    [Fact]
    public void Parameters_Changed_StandInTheAddress()
    {
        IRenderedComponent<PlaygroundPage> page = Open("");
        IRenderedComponent<ParameterPanel> panel = page.FindComponent<ParameterPanel>();

        page.InvokeAsync(() => panel.Instance.SettingsChanged.InvokeAsync(panel.Instance.Settings with { Temperature = 0.25f, Seed = 5 }));

        Assert.EndsWith("/playground?temperature=0.25&seed=5", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public void Clear_AfterAnAnswer_BeginsAnew()
    {
        IRenderedComponent<PlaygroundPage> page = Open("?max_tokens=3");
        Ask(page, "hello");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("article:not([data-live])").Count), Patience);

        page.Find("#clear").Click();

        Assert.Empty(page.FindAll("article"));
        Assert.Contains("–", Figure(page, "Rate"));
    }

    private static string Figure(IRenderedComponent<PlaygroundPage> page, string name) =>
        page.FindAll("[data-testid=figures] .figure").Single(figure => figure.QuerySelector(".figure-name")!.TextContent == name).TextContent;

    private static void Ask(IRenderedComponent<PlaygroundPage> page, string text)
    {
        page.Find("#composer-text").Input(text);
        page.Find("#composer-send").Click();
    }

    private IRenderedComponent<PlaygroundPage> Open(string query, HashExecutor? executor = null)
    {
        _catalog.Add(ServedModels.Create("hash", executor));
        Services.GetRequiredService<NavigationManager>().NavigateTo("playground" + query);
        return Render<PlaygroundPage>();
    }
}
