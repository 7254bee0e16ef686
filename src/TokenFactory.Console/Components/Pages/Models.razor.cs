using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using TokenFactory.Engine.Serving;
using TokenFactory.Models.Hub;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;
using TokenFactory.Web.Serving.Folders;

namespace TokenFactory.Web.Components.Pages;

/// <summary>Models that serve, those on their way, and those that could be loaded. The address holds what is chosen and typed.</summary>
public sealed partial class Models
{
    private ModelsAddress _address = new();
    private ModelsSnapshot _snapshot = ModelsSnapshot.Empty;
    private IReadOnlyList<FolderEntry>? _folders;
    private IDisposable? _subscription;
    private string? _problem;
    private string? _loadProblem;
    private string? _hubProblem;
    private string _path = "";
    private bool _mayOperate;

    [Inject]
    private ModelsStore Store { get; set; } = null!;

    [Inject]
    private ModelOperations Operations { get; set; } = null!;

    [Inject]
    private ModelFolders Folders { get; set; } = null!;

    [Inject]
    private DownloadManager DownloadManager { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <summary>A folder that is being filled is among the downloads.</summary>
    private IReadOnlyList<FolderEntry>? Shown => _folders is null
        ? null
        : [.. _folders.Where(entry => !_snapshot.Downloads.Any(download => download.IsUnderWay && download.Folder == entry.Path))];

    private int Loading => _snapshot.Loads.Count(load => load.Failure is null);

    private int Downloading => _snapshot.Downloads.Count(download => download.IsUnderWay);

    private string Endpoint
    {
        get
        {
            try
            {
                return DownloadManager.Endpoint;
            }
            catch (HubException wrong)
            {
                return wrong.Message;
            }
        }
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Follow;
        _subscription?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _address = ModelsAddress.FromQuery(new Uri(Navigation.Uri).Query);
        Navigation.LocationChanged += Follow;
        _mayOperate = await Operations.MayOperateAsync();
        _snapshot = await Store.LookAsync();
        await ReadFoldersAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _subscription = Store.Subscribe(() => InvokeAsync(LookAsync));
        }
    }

    private async Task LookAsync()
    {
        int downloads = _snapshot.Downloads.Count;
        _snapshot = await Store.LookAsync();
        if (_snapshot.Downloads.Count < downloads)
        {
            await ReadFoldersAsync();
        }
        StateHasChanged();
    }

    // Sizes and headers of large folders take a while on a slow disk.
    private async Task ReadFoldersAsync() => _folders = await Task.Run(Folders.List);

    /// <summary>A link within the page changes its address and nothing else.</summary>
    private void Follow(object? sender, LocationChangedEventArgs change)
    {
        _address = ModelsAddress.FromQuery(new Uri(change.Location).Query);
        _loadProblem = null;
        _ = InvokeAsync(StateHasChanged);
    }

    private void Show(ModelsAddress address)
    {
        _address = address;
        Navigation.NavigateTo(address.ToString(), replace: true);
    }

    private void ChoosePath()
    {
        if (!string.IsNullOrWhiteSpace(_path))
        {
            Show(_address with { Folder = Folders.Resolve(_path.Trim()), Draft = new LoadDraft() });
        }
    }

    private async Task LoadAsync((ModelOptions Options, bool EvenIfTooLarge) asked)
    {
        _loadProblem = await TryAsync(() => Operations.LoadAsync(asked.Options, asked.EvenIfTooLarge));
        if (_loadProblem is null)
        {
            Show(_address with { Folder = null, Draft = null });
        }
    }

    private async Task DownloadAsync((string Repository, string Revision) asked)
    {
        _hubProblem = await TryAsync(() => Operations.DownloadAsync(asked.Repository, asked.Revision));
        if (_hubProblem is null)
        {
            Show(_address with { Repository = null, Revision = null });
        }
    }

    private async Task CancelLoadAsync(ModelLoad load) => _problem = await TryAsync(() => Operations.CancelLoadAsync(load.Id));

    private async Task DismissLoadAsync(ModelLoad load) => _problem = await TryAsync(() => Operations.DismissLoadAsync(load.Id));

    private async Task UnloadAsync(string model) => _problem = await TryAsync(() => Operations.UnloadAsync(model));

    private async Task ResumeAsync(string model) => _problem = await TryAsync(() => Operations.ResumeAsync(model));

    private async Task EndAsync(string model) => _problem = await TryAsync(() => Operations.EndNowAsync(model));

    private async Task BenchmarkAsync((string Model, BenchmarkPlan Plan) asked) => _problem = await TryAsync(() => Operations.BenchmarkAsync(asked.Model, asked.Plan));

    private async Task CancelBenchmarkAsync(string model) => _problem = await TryAsync(() => Operations.CancelBenchmarkAsync(model));

    private async Task DismissBenchmarkAsync(string model) => _problem = await TryAsync(() => Operations.DismissBenchmarkAsync(model));

    private async Task StopDownloadAsync(ModelDownload download) => _problem = await TryAsync(() => Operations.CancelDownloadAsync(download.Repository));

    private async Task ResumeDownloadAsync(ModelDownload download) => _problem = await TryAsync(() => Operations.DownloadAsync(download.Repository, download.Revision));

    private async Task DismissDownloadAsync(ModelDownload download) => _problem = await TryAsync(() => Operations.DismissDownloadAsync(download.Repository));

    /// <returns>Why it was not done, or not written down; null where it was.</returns>
    private async Task<string?> TryAsync(Func<Task> change)
    {
        string? problem = null;
        try
        {
            await change();
        }
        catch (Exception refusal) when (refusal is ModelOperationException or UnauthorizedAccessException)
        {
            problem = refusal.Message;
        }
        catch (DatabaseUnavailableException unwritten)
        {
            problem = $"It was done, and could not be written to the audit. {unwritten.Message}";
        }
        _snapshot = await Store.LookAsync();
        return problem;
    }
}
