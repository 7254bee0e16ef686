using System.Globalization;
using Microsoft.AspNetCore.Components;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Web.Usages.Prices;

namespace TokenFactory.Web.Components.Controls.Usage;

/// <summary>The price table, and its changes.</summary>
public sealed partial class PricePanel
{
    private PriceDraft _draft = new();
    private Dictionary<string, string> _problems = [];
    private string? _failure;

    [Parameter, EditorRequired]
    public PriceTable Table { get; set; } = null!;

    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>The table is another now.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    private PriceOperations Operations { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override void OnInitialized() => _draft = PriceDraft.At(Clock.GetUtcNow());

    private async Task AddAsync()
    {
        if (_draft.Read(out _problems) is { } price && await TryAsync(() => Operations.AddAsync(price)))
        {
            _draft = PriceDraft.At(Clock.GetUtcNow());
        }
    }

    private Task<bool> RemoveAsync(ModelPrice price) => TryAsync(() => Operations.RemoveAsync(price.Id));

    private async Task<bool> TryAsync(Func<Task> change)
    {
        _failure = null;
        try
        {
            await change();
            await OnChanged.InvokeAsync();
            return true;
        }
        catch (TenancyException refusal) when (refusal.Field is { } field)
        {
            _problems[field] = refusal.Message;
        }
        catch (Exception problem) when (problem is TenancyException or DatabaseUnavailableException or UnauthorizedAccessException)
        {
            _failure = problem.Message;
        }
        return false;
    }

    private string? Problem(string field) => _problems.GetValueOrDefault(field);

    private string Invalid(string field) => _problems.ContainsKey(field) ? "true" : "false";

    private static string Text(decimal price) => price.ToString("#,0.00####", CultureInfo.InvariantCulture);
}
