using TokenFactory.Web.Live.Floor;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The live view of every device: the store signals, the page looks again. The address says how devices are shown.</summary>
public sealed partial class Floor
{
    /// <summary>Charts of the device that is shown in full: by its id where it idles, else by its models' keys.</summary>
    private readonly Dictionary<string, FloorChart> _charts = [];
    private FloorView _view = new();
    private FloorSnapshot? _snapshot;
    private DeviceSnapshot? _selected;
    private IDisposable? _subscription;
    private bool _paused;

    private bool IsTable => _view.ShowsTable(_snapshot?.Devices.Count ?? 0);

    public void Dispose() => _subscription?.Dispose();

    protected override void OnParametersSet()
    {
        _view = FloorView.FromQuery(new Uri(Navigation.Uri).Query);
        if (_snapshot is null || !_paused)
        {
            _snapshot = Store.Current;
        }
        Draw();
    }

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
        Draw();
        StateHasChanged();
    }

    private void TogglePause()
    {
        _paused = !_paused;
        ShowNewest();
    }

    private void Select(string device) => Show(_view with { Device = device });

    private void Show(FloorView view)
    {
        _view = view;
        Draw();
        Navigation.NavigateTo("/" + view.ToQuery(), replace: true);
    }

    /// <summary>Charts are drawn for the chosen device only, and again when a point of them is whole.</summary>
    private void Draw()
    {
        FloorSnapshot floor = _snapshot!;
        _selected = _view.Choose(floor.Devices);
        if (_selected is not { } device)
        {
            _charts.Clear();
            return;
        }
        HashSet<string> keys = device.Replicas.Count == 0 ? [device.Id] : [.. device.Replicas.Select(replica => replica.Key)];
        foreach (string gone in _charts.Keys.Except(keys).ToList())
        {
            _charts.Remove(gone);
        }
        long last = RateSeries.AlignEnd(floor.Second);
        if (keys.All(key => _charts.TryGetValue(key, out FloorChart? chart) && chart.LastSecond == last))
        {
            return;
        }
        DeviceSeries series = Store.ReadSeries(device, floor.Second);
        if (device.Replicas.Count == 0)
        {
            _charts[device.Id] = FloorChart.Of(series);
        }
        foreach (ReplicaSnapshot replica in device.Replicas)
        {
            if (Catalog.Find(replica.Model)?.FindReplica(replica.Device.Id) is { } engine)
            {
                _charts[replica.Key] = FloorChart.Of(engine, series, floor.Second);
            }
        }
    }
}
