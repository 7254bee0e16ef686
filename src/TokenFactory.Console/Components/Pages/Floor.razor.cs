using TokenFactory.Web.Live.Floor;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The live view of every device: the store signals, the page looks again.</summary>
public sealed partial class Floor
{
    private readonly Dictionary<string, RateSeries> _series = [];
    private FloorSnapshot? _snapshot;
    private IDisposable? _subscription;
    private bool _paused;

    public void Dispose() => _subscription?.Dispose();

    protected override void OnInitialized() => Look();

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
        Look();
        StateHasChanged();
    }

    private void TogglePause()
    {
        _paused = !_paused;
        ShowNewest();
    }

    private void Look()
    {
        FloorSnapshot next = Store.Current;
        _snapshot = next;
        foreach (ReplicaSnapshot replica in next.Replicas)
        {
            bool isDrawn = _series.TryGetValue(replica.Key, out RateSeries? drawn) && drawn.LastSecond == RateSeries.AlignEnd(next.Second);
            if (!isDrawn && Catalog.Find(replica.Model) is { } model)
            {
                _series[replica.Key] = RateSeries.Read(model.Engine, next.Second);
            }
        }
        foreach (string gone in _series.Keys.Except(next.Replicas.Select(replica => replica.Key)).ToList())
        {
            _series.Remove(gone);
        }
    }
}
