using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Answers;

namespace TokenFactory.Web.Components.Pages;

/// <summary>A conversation or a completion with a model of this process, with its parameters and its rates. The address holds the state.</summary>
public sealed partial class Playground
{
    private PlaygroundSession _session = null!;
    private CallbackThrottler _throttler = null!;
    private PlaygroundState _state = new();
    private string _system = "";

    [Inject]
    private ModelCatalog Catalog { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private IUsageLedger Ledger { get; set; } = null!;

    [Inject]
    private IOptions<LiveOptions> Options { get; set; } = null!;

    [Inject]
    private ILogger<Playground> Logger { get; set; } = null!;

    private ServedModel? Model => (_state.Model is null ? null : Catalog.Find(_state.Model)) ?? (Catalog.Models.Count > 0 ? Catalog.Models[0] : null);

    /// <summary>A model without a template can only complete.</summary>
    private PlaygroundMode Mode => Model is { ChatTemplate: null } ? PlaygroundMode.Completion : _state.Mode;

    private AnswerSettings? Settings => Model is { } model ? _state.Parameters.Compose(model) : null;

    private bool CanSend => Settings is not null;

    private bool HasSomething => _session.Turns.Count > 0 || _session.Completion is not null || _session.IsBusy || _session.Problem is not null;

    public void Dispose()
    {
        Catalog.Changed -= OnCatalogChanged;
        _throttler.Dispose();
        _session.Dispose();
    }

    protected override void OnInitialized()
    {
        _throttler = new CallbackThrottler(Options.Value.ThrottleInterval, () => InvokeAsync(StateHasChanged), Clock, Logger);
        _session = new PlaygroundSession(Ledger, Clock, _throttler.Signal);
        Catalog.Changed += OnCatalogChanged;
    }

    protected override void OnParametersSet() => _state = PlaygroundState.FromQuery(new Uri(Navigation.Uri).Query);

    private void OnCatalogChanged() => _ = InvokeAsync(StateHasChanged);

    private string Pressed(PlaygroundMode mode) => Mode == mode ? "true" : "false";

    private void Switch(PlaygroundMode mode)
    {
        _session.Stop();
        Show(_state with { Mode = mode });
    }

    private void Show(PlaygroundState state)
    {
        _state = state;
        Navigation.NavigateTo("playground" + state.ToQuery(), replace: true);
    }

    private Task SendAsync(string text) => AskAsync(setup => _session.SendAsync(setup, text));

    private Task EditAsync((int Turn, string Text) edit) => AskAsync(setup => _session.EditAsync(setup, edit.Turn, edit.Text));

    private Task AnswerAgainAsync() => AskAsync(_session.AnswerAgainAsync);

    private Task CompleteAsync(string text) => AskAsync(setup => _session.CompleteAsync(setup, text));

    private Task AskAsync(Func<AnswerSetup, Task> ask) =>
        Model is { } model && Settings is { } settings ? ask(new AnswerSetup(model, settings, _system)) : Task.CompletedTask;
}
