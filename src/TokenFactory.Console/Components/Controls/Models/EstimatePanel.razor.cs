using Microsoft.AspNetCore.Components;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Backends;
using TokenFactory.Web.Serving.Fit;
using TokenFactory.Web.Serving.Folders;
using TokenFactory.Web.Tenants;

namespace TokenFactory.Web.Components.Controls.Models;

/// <summary>The estimate of one folder. What is typed is the page's address.</summary>
public sealed partial class EstimatePanel
{
    private readonly FormProblems _problems = new();
    private FitReport? _report;
    private string? _trouble;
    private bool _anyway;
    private (string Folder, LoadDraft Draft)? _shown;

    /// <summary>Path of the folder.</summary>
    [Parameter, EditorRequired]
    public string Folder { get; set; } = "";

    [Parameter, EditorRequired]
    public LoadDraft Draft { get; set; } = new();

    [Parameter]
    public bool MayOperate { get; set; }

    /// <summary>Why the last attempt to load it was refused; null where none was.</summary>
    [Parameter]
    public string? Failure { get; set; }

    /// <summary>Something was typed.</summary>
    [Parameter]
    public EventCallback<LoadDraft> OnTyped { get; set; }

    /// <summary>It is to be loaded, and whether even if it does not fit.</summary>
    [Parameter]
    public EventCallback<(ModelOptions Options, bool EvenIfTooLarge)> OnLoad { get; set; }

    [Inject]
    private FitDesk Fits { get; set; } = null!;

    [Inject]
    private ModelFolders Folders { get; set; } = null!;

    [Inject]
    private ModelBackends Backends { get; set; } = null!;

    private string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));

    private bool CanLoad => _report is not null && !_problems.Any && (_report.Fits || _anyway);

    /// <summary>What auto comes to, and why some devices cannot be used.</summary>
    private string DeviceHelp => string.Join(
        ' ', Backends.All.Select(backend => backend.FindProblem()).OfType<string>().Prepend("Auto is GPUs where there are any whose kernels do the model, else the processor."));

    protected override void OnParametersSet()
    {
        if (_shown == (Folder, Draft))
        {
            return;
        }
        _shown = (Folder, Draft);
        _anyway = false;
        Estimate();
    }

    private void Estimate()
    {
        _problems.Clear();
        _trouble = null;
        _report = null;
        ModelOptions options = Draft.Read(Folder, _problems);
        if (_problems.Any)
        {
            return;
        }
        FolderEntry entry = Folders.Read(Folders.Resolve(Folder));
        _trouble = entry.Problem;
        if (_trouble is not null)
        {
            return;
        }
        try
        {
            _report = Fits.Report(options);
        }
        catch (Exception problem) when (problem is ArgumentException or ModelFormatException or ModelOperationException)
        {
            _trouble = problem.Message;
        }
    }

    private Task Type(LoadDraft draft) => OnTyped.InvokeAsync(draft);

    private Task LoadAsync()
    {
        // The machine's memory may have changed since the estimate was made.
        Estimate();
        return CanLoad ? OnLoad.InvokeAsync((_report!.Options, _anyway)) : Task.CompletedTask;
    }

    private static string Text(ChangeEventArgs change) => (change.Value as string ?? "").Trim();
}
