using Microsoft.AspNetCore.Components;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Web.Live.Tenants;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Tenants.Drafts;

namespace TokenFactory.Web.Components.Controls.Tenants;

/// <summary>A tenant. What is typed stays until it is saved, whatever changes meanwhile.</summary>
public sealed partial class TenantPanel
{
    private readonly FormProblems _problems = new();
    private TenantDraft _draft = new(TenantDraft.Empty);
    private bool _isSaved;

    [Parameter, EditorRequired]
    public Tenant Tenant { get; set; } = TenantDraft.Empty;

    /// <summary>What holds for it without a key; null where it is being made.</summary>
    [Parameter]
    public KeyGrant? Grant { get; set; }

    [Parameter]
    public LimitReport? Report { get; set; }

    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>It was made.</summary>
    [Parameter]
    public EventCallback<Guid> OnCreated { get; set; }

    [Inject]
    private TenantStore Store { get; set; } = null!;

    [Inject]
    private TenantOperations Operations { get; set; } = null!;

    private bool IsNew => Tenant.Id == Guid.Empty;

    protected override void OnInitialized() => _draft = new TenantDraft(Tenant);

    /// <summary>What is typed replaces all but the state, which has buttons of its own.</summary>
    private async Task SaveAsync()
    {
        bool wasNew = IsNew;
        if (await TryAsync(problems => _draft.Read(problems) with { State = Tenant.State }))
        {
            _draft = new TenantDraft(Tenant);
            await (wasNew ? OnCreated.InvokeAsync(Tenant.Id) : Task.CompletedTask);
        }
    }

    /// <summary>What is typed and not saved stays.</summary>
    private Task<bool> SetStateAsync(TenantState state) => TryAsync(_ => Tenant with { State = state });

    private async Task<bool> TryAsync(Func<FormProblems, Tenant> read)
    {
        _isSaved = false;
        _problems.Clear();
        Tenant tenant = read(_problems);
        _isSaved = !_problems.Any && await _problems.TryAsync(async () => Tenant = await Operations.SaveAsync(tenant));
        return _isSaved;
    }
}
