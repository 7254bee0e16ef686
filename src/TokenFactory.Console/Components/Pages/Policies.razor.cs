using Microsoft.AspNetCore.Components;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The batch policy of each running model.</summary>
public sealed partial class Policies : IDisposable
{
    [Inject]
    private ModelCatalog Catalog { get; set; } = null!;

    public void Dispose() => Catalog.Changed -= OnCatalogChanged;

    protected override void OnInitialized() => Catalog.Changed += OnCatalogChanged;

    private void OnCatalogChanged() => _ = InvokeAsync(StateHasChanged);
}
