using Microsoft.AspNetCore.Components;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Access;
using TokenFactory.Web.Live.Queue;

namespace TokenFactory.Web.Components.Pages;

/// <summary>Every request of every model, live, and what operators can do to it. The address holds the filter.</summary>
public sealed partial class Queue
{
    private static readonly SequenceState[] Shown = [SequenceState.Running, SequenceState.Waiting, SequenceState.Held];

    private QueueSnapshot _snapshot = QueueSnapshot.Empty;
    private IReadOnlyList<QueueRow> _rows = [];
    private QueueFilter _filter = new();
    private IDisposable? _subscription;
    private string? _selected;
    private string? _problem;
    private bool _paused;
    private bool _mayOperate;

    [Inject]
    private QueueStore Store { get; set; } = null!;

    [Inject]
    private QueueOperations Operations { get; set; } = null!;

    [Inject]
    private Visitor Visitor { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private IEnumerable<string> Tenants => _snapshot.Tenants.Append(_filter.Tenant).OfType<string>().Distinct().Order();

    private QueueRow? Selected => _selected is null ? null : _snapshot.Rows.FirstOrDefault(row => row.Request.Id == _selected);

    public void Dispose() => _subscription?.Dispose();

    protected override async Task OnInitializedAsync() => _mayOperate = await Visitor.MayAsync(Permission.Operate);

    protected override void OnParametersSet()
    {
        _filter = QueueFilter.FromQuery(new Uri(Navigation.Uri).Query);
        Take(Store.Current);
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
        if (!_paused)
        {
            Take(Store.Current);
            StateHasChanged();
        }
    }

    private void Take(QueueSnapshot snapshot)
    {
        _snapshot = snapshot;
        _rows = _filter == new QueueFilter() ? snapshot.Rows : [.. snapshot.Rows.Where(_filter.Shows)];
    }

    private void TogglePause()
    {
        _paused = !_paused;
        ShowNewest();
    }

    private void Show(QueueFilter filter)
    {
        _filter = filter;
        Take(_snapshot);
        Navigation.NavigateTo("queue" + filter.ToQuery(), replace: true);
    }

    private void Select(string? requestId)
    {
        _selected = requestId;
        _problem = null;
    }

    private async Task OperateAsync((QueueRow Row, RequestOperation Operation) asked)
    {
        try
        {
            _problem = await Operations.OperateAsync(await Visitor.DemandAsync(Permission.Operate), asked.Row, asked.Operation);
        }
        catch (UnauthorizedAccessException refusal)
        {
            _problem = refusal.Message;
        }
        catch (DatabaseUnavailableException problem)
        {
            _problem = $"It was done, and could not be written to the audit. {problem.Message}";
        }
        Take(Store.Current);
    }

    private static string? Text(ChangeEventArgs change) => change.Value as string is { Length: > 0 } text ? text : null;

    private static T? Parse<T>(ChangeEventArgs change)
        where T : struct, Enum => Enum.TryParse(Text(change), out T value) ? value : null;
}
