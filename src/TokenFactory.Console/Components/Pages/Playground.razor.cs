using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Playground;

namespace TokenFactory.Web.Components.Pages;

/// <summary>A conversation with a model of this process, or a text that it goes on with. The address holds the settings.</summary>
public sealed partial class Playground
{
    private PlaygroundSession _session = null!;
    private CallbackThrottler _throttler = null!;
    private PlaygroundSettings _settings = new();
    private string _text = "";
    private string _asked = "";

    private ServedModel? Model =>
        (_settings.Model is { } name ? Catalog.Find(name) : null) ?? (Catalog.Models.Count > 0 ? Catalog.Models[0] : null);

    public void Dispose()
    {
        Catalog.Changed -= _throttler.Signal;
        Loads.Changed -= _throttler.Signal;
        _throttler.Dispose();
        _session.Stop();
    }

    protected override void OnInitialized()
    {
        _throttler = new CallbackThrottler(Options.Value.AnswerInterval, () => InvokeAsync(StateHasChanged), Clock, Logger);
        _session = new PlaygroundSession(Clock, _throttler.Signal);
        Catalog.Changed += _throttler.Signal;
        Loads.Changed += _throttler.Signal;
    }

    // Also on Back and Forward: the address is the settings.
    protected override void OnParametersSet() => _settings = PlaygroundQuery.Read(new Uri(Navigation.Uri).Query);

    private void Change(PlaygroundSettings settings)
    {
        _settings = settings;
        Navigation.NavigateTo("playground" + PlaygroundQuery.Write(settings), replace: true);
    }

    private async Task SendAsync()
    {
        if (Model is not { } model || _text.Length == 0 || _session.IsBusy)
        {
            return;
        }
        _asked = _text;
        if (_settings.Mode == PlaygroundMode.Completion)
        {
            await _session.CompleteAsync(model, _settings, _asked);
            return;
        }
        _text = "";
        await _session.AskAsync(model, _settings, _asked);
    }

    private async Task AgainAsync()
    {
        if (Model is { } model && _session.CanAnswerAgain)
        {
            await _session.AnswerAgainAsync(model, _settings);
        }
    }

    private void Edit(int turn) => _text = _session.TakeBack(turn);

    private void TakeOver()
    {
        _text = _asked + _session.Run?.Text;
        _session.Clear();
    }

    private void Clear()
    {
        _session.Clear();
        _asked = "";
    }
}
