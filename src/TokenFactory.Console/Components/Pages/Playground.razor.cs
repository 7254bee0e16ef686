using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TokenFactory.Api.ChatClients;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Sharing;

namespace TokenFactory.Web.Components.Pages;

/// <summary>
/// Conversations or completions with models of this process, one or two side by side, with their parameters and rates. The address holds
/// the setup: the query the settings, the fragment what people wrote.
/// </summary>
public sealed partial class Playground
{
    private static readonly IReadOnlyList<PlaygroundMode> Modes = [PlaygroundMode.Chat, PlaygroundMode.Completion];

    private PlaygroundDesk _desk = null!;
    private CallbackThrottler _throttler = null!;
    private string? _seenAddress;
    private string? _writtenAddress;
    private string? _linkProblem;
    private bool _addressIsShort;
    private Side _edited;
    private Dialog _open;

    private enum Dialog
    {
        None,
        Code,
        Share,
    }

    [Inject]
    private ModelCatalog Catalog { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private EngineChatClients Clients { get; set; } = null!;

    [Inject]
    private IOptions<LiveOptions> Options { get; set; } = null!;

    [Inject]
    private ILogger<Playground> Logger { get; set; } = null!;

    private ServedModel? Model => _desk.ModelOf(Side.Left);

    /// <summary>A model on show that cannot chat.</summary>
    private ServedModel? TemplateMissing => _desk.Sides.Select(_desk.ModelOf).FirstOrDefault(model => model is { ChatTemplate: null });

    /// <summary>The side whose settings are on show.</summary>
    private Side Edited => _desk.IsComparing ? _edited : Side.Left;

    public void Dispose()
    {
        Catalog.Changed -= OnCatalogChanged;
        _throttler.Dispose();
        _desk.Dispose();
    }

    protected override void OnInitialized()
    {
        _throttler = new CallbackThrottler(Options.Value.ThrottleInterval, () => InvokeAsync(StateHasChanged), Clock, Logger);
        _desk = new PlaygroundDesk(Catalog, Clients, Clock, _throttler.Signal);
        Catalog.Changed += OnCatalogChanged;
    }

    protected override void OnParametersSet()
    {
        // What the page wrote itself it need not read. And a browser tells the server of no change of the fragment alone, so that the
        // address known here may be older than the page.
        bool isKnown = Navigation.Uri == _seenAddress || Navigation.Uri == _writtenAddress;
        _seenAddress = Navigation.Uri;
        if (isKnown)
        {
            return;
        }
        Uri address = new(Navigation.Uri);
        SharedTexts texts = TextFragment.Read(address.Fragment, out _linkProblem);
        _desk.Show(PlaygroundState.FromQuery(address.Query));
        _desk.ReadTexts(texts);
    }

    private void Clear() => _desk.Clear();

    private void OnCatalogChanged() => _ = InvokeAsync(StateHasChanged);

    private Answer? Latest(Side side) => _desk.SessionOf(side).LatestIn(_desk.Mode);

    private void Switch(PlaygroundMode mode)
    {
        _desk.Stop(null);
        Show(_desk.State with { Mode = mode });
    }

    private void Compare(bool on)
    {
        _edited = on ? Side.Right : Side.Left;
        Show(on ? _desk.CopiedToTheRight() : _desk.State with { Right = null });
    }

    private void Choose(string? name)
    {
        string? model = Catalog.Models.Count > 0 && name == Catalog.Models[0].Name ? null : name;
        Show(_desk.State.With(Edited, _desk.State.Of(Edited)! with { Model = model }));
    }

    private Task CompleteOnAsync(Side side) =>
        _desk.SetupOf(side) is { } setup ? _desk.SessionOf(side).CompleteAsync(setup, _desk.Prompt) : Task.CompletedTask;

    /// <summary>Takes on a state and writes it into the address.</summary>
    private void Show(PlaygroundState state)
    {
        _desk.Show(state);
        _linkProblem = null;
        string fragment = TextFragment.Write(_desk.WriteTexts(withConversation: false));
        _addressIsShort = fragment.Length > TextFragment.MostCharacters;
        _writtenAddress = Navigation.ToAbsoluteUri("playground" + state.ToQuery() + (_addressIsShort ? "" : fragment)).AbsoluteUri;
        Navigation.NavigateTo(_writtenAddress, replace: true);
    }
}
