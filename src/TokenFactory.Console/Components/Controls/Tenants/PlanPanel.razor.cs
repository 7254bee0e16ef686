using Microsoft.AspNetCore.Components;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Web.Live.Tenants;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Tenants.Drafts;

namespace TokenFactory.Web.Components.Controls.Tenants;

/// <summary>A plan. What is typed stays until it is saved, whatever changes meanwhile.</summary>
public sealed partial class PlanPanel
{
    private const int Shown = 5;

    private static readonly string[] OfFeatures = ["features", "features.feature", "features.uses", "features.window"];

    private readonly FormProblems _problems = new();
    private PlanDraft _draft = new(PlanDraft.Empty);
    private bool _isSaved;

    [Parameter, EditorRequired]
    public Plan Plan { get; set; } = PlanDraft.Empty;

    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>It was made.</summary>
    [Parameter]
    public EventCallback<Guid> OnCreated { get; set; }

    /// <summary>It is gone.</summary>
    [Parameter]
    public EventCallback OnDeleted { get; set; }

    [Inject]
    private TenantStore Store { get; set; } = null!;

    [Inject]
    private TenantOperations Operations { get; set; } = null!;

    private bool IsNew => Plan.Id == Guid.Empty;

    private string[] Users => [.. Store.Directory.Tenants.Where(tenant => tenant.PlanId == Plan.Id && tenant.State != TenantState.Deleted).Select(tenant => tenant.Name)];

    private IEnumerable<string> FeatureProblems => OfFeatures.Select(name => _problems[name]).OfType<string>();

    protected override void OnInitialized() => _draft = new PlanDraft(Plan);

    private async Task SaveAsync()
    {
        _isSaved = false;
        _problems.Clear();
        Plan plan = _draft.Read(_problems);
        if (_problems.Any)
        {
            return;
        }
        Plan? saved = null;
        _isSaved = await _problems.TryAsync(async () => saved = await Operations.SaveAsync(plan));
        if (saved is not null)
        {
            bool wasNew = IsNew;
            Plan = saved;
            _draft = new PlanDraft(saved);
            await (wasNew ? OnCreated.InvokeAsync(saved.Id) : Task.CompletedTask);
        }
    }

    private async Task DeleteAsync()
    {
        _problems.Clear();
        if (await _problems.TryAsync(() => Operations.DeletePlanAsync(Plan.Id)))
        {
            await OnDeleted.InvokeAsync();
        }
    }
}
