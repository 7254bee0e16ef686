using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace TokenFactory.Web.Components.Layout;

/// <summary>The frame of every live page: bar, navigation, light and dark.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    private DotNetObjectReference<MainLayout>? _self;
    private IJSObjectReference? _watch;
    private ElementReference _content;
    private ErrorBoundary? _boundary;
    private bool _drawerOpen = true;
    private bool _isDark;

    [Inject]
    private IJSRuntime JS { get; set; } = null!;

    /// <summary>Follows the system's colours; the script calls only where no choice was made.</summary>
    [JSInvokable]
    public Task OnSystemTheme(bool dark)
    {
        _isDark = dark;
        return InvokeAsync(StateHasChanged);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            try
            {
                await _watch.InvokeVoidAsync("stop");
                await _watch.DisposeAsync();
            }
            catch (JSDisconnectedException)
            {
                // The browser is gone, and its listener with it.
            }
        }
        _self?.Dispose();
    }

    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        try
        {
            _isDark = await JS.InvokeAsync<bool>("tokenFactoryTheme.isDark");
            _self = DotNetObjectReference.Create(this);
            _watch = await JS.InvokeAsync<IJSObjectReference>("tokenFactoryTheme.watch", _self);
            StateHasChanged();
        }
        catch (JSDisconnectedException)
        {
            // The browser left before the page was up.
        }
    }

    private void ToggleDrawer() => _drawerOpen = !_drawerOpen;

    private async Task ToggleThemeAsync()
    {
        _isDark = !_isDark;
        await JS.InvokeVoidAsync("tokenFactoryTheme.choose", _isDark);
    }

    private async Task SkipToContent() => await _content.FocusAsync();

    private void Recover() => _boundary?.Recover();
}
