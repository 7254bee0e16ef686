using TokenFactory.Engine.Accounting;
using TokenFactory.Web.Live.Floor;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The live view of every device: the store signals, the page looks again.</summary>
public sealed partial class Floor
{
    private FloorSnapshot? _snapshot;
    private IDisposable? _subscription;
    private bool _paused;

    public void Dispose() => _subscription?.Dispose();

    protected override void OnInitialized() => _snapshot = Store.Current;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _subscription = Store.Subscribe(() => InvokeAsync(ShowNewest));
        }
    }

    private void ShowNewest()
    {
        if (_paused)
        {
            return;
        }
        _snapshot = Store.Current;
        StateHasChanged();
    }

    private void TogglePause()
    {
        _paused = !_paused;
        ShowNewest();
    }

    private RateSeries? ReadSeries(ReplicaSnapshot replica, long second) =>
        Catalog.Find(replica.Model) is { } model ? RateSeries.Read(model.Engine, second, RateHistory.Length) : null;
}
