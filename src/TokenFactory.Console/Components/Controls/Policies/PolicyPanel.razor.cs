using System.Globalization;
using Microsoft.AspNetCore.Components;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Access;
using TokenFactory.Web.Policies;

namespace TokenFactory.Web.Components.Controls.Policies;

/// <summary>One model's policy.</summary>
public sealed partial class PolicyPanel
{
    private const int MostShown = 20;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Compared = TimeSpan.FromMinutes(5);

    private readonly Dictionary<PolicyField, string> _typed = [];
    private readonly CancellationTokenSource _leaving = new();
    private LatencyFigures? _before;
    private LatencyFigures? _after;
    private string _reason = "";
    private string _guarded = "";
    private string _guardLimit = "";
    private string? _failure;
    private bool _mayOperate;

    [Parameter, EditorRequired]
    public ServedModel Model { get; set; } = null!;

    [Inject]
    private PolicyChanges Changes { get; set; } = null!;

    [Inject]
    private Visitor Visitor { get; set; } = null!;

    [Inject]
    private LatencyHistory Latencies { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private PolicyVersion Current => Model.Policy;

    private Dictionary<PolicyField, string> Problems
    {
        get
        {
            Dictionary<PolicyField, string> problems = [];
            foreach ((PolicyField typed, string text) in _typed)
            {
                typed.Parse(text, Model.Limits, out string? problem);
                if (problem is not null)
                {
                    problems[typed] = problem;
                }
            }
            return problems;
        }
    }

    /// <summary>The policy as it is typed; null where a value is out of bounds.</summary>
    private BatchPolicy? Draft
    {
        get
        {
            BatchPolicy policy = Current.Policy;
            foreach ((PolicyField typed, string text) in _typed)
            {
                if (typed.Parse(text, Model.Limits, out _) is not { } value)
                {
                    return null;
                }
                policy = typed.Write(policy, value);
            }
            return policy;
        }
    }

    /// <summary>The chosen guard; null for none, or while its limit cannot be read.</summary>
    private PolicyGuard? Guard =>
        Enum.TryParse(_guarded, out GuardedFigure figure) && double.TryParse(_guardLimit, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && limit > 0
            ? new PolicyGuard(figure, limit)
            : null;

    private bool CanApply(BatchPolicy? draft) => draft is not null && draft != Current.Policy && (_guarded.Length == 0 || Guard is not null);

    private IEnumerable<(PolicyVersion Version, string Changes)> History
    {
        get
        {
            IReadOnlyList<PolicyVersion> versions = Model.Policies;
            return versions.Select((version, i) => (version, i == 0 ? "" : Difference(versions[i - 1].Policy, version.Policy))).Reverse().Take(MostShown);
        }
    }

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        Look();
        _mayOperate = await Visitor.MayAsync(Permission.Operate);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_leaving.Token);
        }
    }

    private async Task RefreshAsync(CancellationToken leaving)
    {
        while (!leaving.IsCancellationRequested)
        {
            await Task.Delay(Refresh, Clock, leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!leaving.IsCancellationRequested)
            {
                await InvokeAsync(() =>
                {
                    Look();
                    StateHasChanged();
                });
            }
        }
    }

    private void Look()
    {
        DateTimeOffset now = Clock.GetUtcNow();
        DateTimeOffset changed = Current.At;

        // Not before the model was there: the rate is over the time in which there could be any.
        DateTimeOffset begin = changed - Model.Facts.LoadedAt > Compared ? changed - Compared : Model.Facts.LoadedAt;
        _before = Current.Version > 1 ? Latencies.Read(Model.Name, begin, changed) : null;
        DateTimeOffset from = now - changed > Compared ? now - Compared : changed;
        _after = Latencies.Read(Model.Name, from, now);
    }

    private void Type(PolicyField field, ChangeEventArgs change)
    {
        string text = change.Value as string ?? "";
        if (text == Text(field.Read(Current.Policy)))
        {
            _typed.Remove(field);
        }
        else
        {
            _typed[field] = text;
        }
        _failure = null;
    }

    private void Discard()
    {
        _typed.Clear();
        _failure = null;
    }

    private Task ApplyAsync() => Draft is { } draft && CanApply(draft)
        ? ChangeAsync(actor => Changes.ApplyAsync(actor, Model, draft, _reason.Trim(), Guard))
        : Task.CompletedTask;

    private Task RollBackAsync(PolicyVersion version) => ChangeAsync(actor => Changes.RollBackAsync(actor, Model, version));

    private async Task ChangeAsync(Func<string, Task> change)
    {
        try
        {
            await change(await Visitor.DemandAsync(Permission.Operate));
            _typed.Clear();
            _reason = "";
            _guarded = "";
            _failure = null;
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            _failure = problem.Message;
        }
        catch (DatabaseUnavailableException problem)
        {
            _failure = $"The policy is in force, and could not be written to the audit. {problem.Message}";
        }
        Look();
    }

    private static string Difference(BatchPolicy before, BatchPolicy after) => string.Join(", ", PolicyField.All
        .Where(field => field.Read(before) != field.Read(after))
        .Select(field => $"{field.Name.ToLowerInvariant()} {Text(field.Read(before))} → {Text(field.Read(after))}"));

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
