using Microsoft.Extensions.Options;
using TokenFactory.Engine.Serving;
using TokenFactory.Models.Hub;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Folders;

namespace TokenFactory.Web.Serving.Downloads;

/// <summary>Downloads of models, under way and ended otherwise than well. They go on whoever looks. Safe for any thread.</summary>
internal sealed partial class DownloadManager(
    ModelFolders folders, IOptions<TokenFactoryOptions> options, TimeProvider clock, ILogger<DownloadManager> log) : IDisposable
{
    private const int Kept = 16;

    private static readonly TimeSpan ShowEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly HttpClient _http = HubClient.CreateHttp();
    private readonly Dictionary<string, CancellationTokenSource> _running = [];
    private volatile ModelDownload[] _downloads = [];

    /// <summary>Raised after any change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>Oldest first. One that has ended well is a folder, and not here any more.</summary>
    public IReadOnlyList<ModelDownload> Downloads => _downloads;

    /// <summary>The hub's address, for people.</summary>
    public string Endpoint => options.Value.Hub.ResolveEndpoint().AbsoluteUri.TrimEnd('/');

    /// <summary>Whether a token is sent.</summary>
    public bool HasToken => options.Value.Hub.ResolveToken() is not null;

    /// <summary>Begins a download, or goes on with one that was broken off.</summary>
    /// <returns>Ends with the download; true where the model is here.</returns>
    /// <exception cref="ModelOperationException">It is under way already.</exception>
    /// <exception cref="HubException">The name is none.</exception>
    public Task<bool> Begin(string repository, string revision)
    {
        HubName.CheckRepository(repository);
        HubName.CheckRevision(revision);
        HubClient client = new(_http, options.Value.Hub, clock);
        CancellationTokenSource cancelling = new();
        lock (_lock)
        {
            if (!_running.TryAdd(repository, cancelling))
            {
                cancelling.Dispose();
                throw new ModelOperationException(ModelOperationProblem.Conflict, $"{repository} is being downloaded already.", "repository");
            }
            ModelDownload download = new(repository, revision, folders.DownloadOf(repository), clock.GetUtcNow(), default, null, null, false);
            _downloads = [.. _downloads.Where(other => other.Repository != repository).TakeLast(Kept - 1), download];
        }
        Changed?.Invoke();
        return Task.Run(() => RunAsync(client, repository, revision, cancelling));
    }

    /// <summary>Stops a download; what has arrived is kept.</summary>
    /// <exception cref="ModelOperationException">It is not under way.</exception>
    public void Cancel(string repository)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(repository, out CancellationTokenSource? cancelling))
            {
                throw new ModelOperationException(ModelOperationProblem.NotFound, $"{repository} is not being downloaded.");
            }
            cancelling.Cancel();
        }
    }

    /// <summary>Takes one that has ended off the list; its files stay.</summary>
    public void Dismiss(string repository)
    {
        lock (_lock)
        {
            _downloads = [.. _downloads.Where(download => download.Repository != repository || download.IsUnderWay)];
        }
        Changed?.Invoke();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (CancellationTokenSource running in _running.Values)
            {
                running.Cancel();
            }
        }
        _http.Dispose();
    }

    private async Task<bool> RunAsync(HubClient client, string repository, string revision, CancellationTokenSource cancelling)
    {
        string? failure = null;
        bool isWhole = false;
        try
        {
            string folder = folders.DownloadOf(repository);
            FolderOrigin origin = await new HubDownload(client).RunAsync(repository, revision, folder, new Reporter(this, repository, clock), cancelling.Token).ConfigureAwait(false);
            isWhole = true;
            LogDownloaded(repository, origin.Commit, folder);
        }
        catch (OperationCanceledException) when (cancelling.IsCancellationRequested)
        {
            LogCancelled(repository);
        }
        catch (HubException problem)
        {
            failure = problem.Message;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            failure = $"{problem.Message.TrimEnd('.')}. Make room in the data folder, or make it writable; what has arrived is kept.";
        }
        catch (Exception problem)
        {
            failure = $"{problem.Message.TrimEnd('.')}. This was not foreseen; the log has the details. What has arrived is kept.";
            LogUnforeseen(problem, repository);
        }
        if (failure is not null)
        {
            LogFailed(repository, failure);
        }
        End(repository, isWhole, failure, cancelling);
        return isWhole;
    }

    private void End(string repository, bool isWhole, string? failure, CancellationTokenSource cancelling)
    {
        lock (_lock)
        {
            _running.Remove(repository);
            cancelling.Dispose();
            _downloads = isWhole
                ? [.. _downloads.Where(download => download.Repository != repository)]
                : [.. _downloads.Select(download => download.Repository == repository ? download with { Failure = failure, IsCancelled = failure is null, BytesPerSecond = null } : download)];
        }
        Changed?.Invoke();
    }

    private void Show(string repository, HubProgress progress, double? rate)
    {
        lock (_lock)
        {
            _downloads = [.. _downloads.Select(download => download.Repository == repository ? download with { Progress = progress, BytesPerSecond = rate } : download)];
        }
        Changed?.Invoke();
    }

    [LoggerMessage(LogLevel.Information, "{Repository} at {Commit} was downloaded to {Folder}.")]
    private partial void LogDownloaded(string repository, string commit, string folder);

    [LoggerMessage(LogLevel.Information, "The download of {Repository} was stopped; what has arrived is kept.")]
    private partial void LogCancelled(string repository);

    [LoggerMessage(LogLevel.Warning, "{Repository} was not downloaded. {Problem}")]
    private partial void LogFailed(string repository, string problem);

    [LoggerMessage(LogLevel.Error, "The download of {Repository} failed.")]
    private partial void LogUnforeseen(Exception problem, string repository);

    /// <summary>Passes on what people can follow: a few reports a second, and every new file.</summary>
    private sealed class Reporter(DownloadManager manager, string repository, TimeProvider clock) : IProgress<HubProgress>
    {
        private readonly TransferRate _rate = new(clock);
        private long _shownAt;
        private HubProgress _shown;

        public void Report(HubProgress value)
        {
            double? rate = _rate.Add(value.DoneBytes);
            bool isNews = value.File != _shown.File || value.Note != _shown.Note || value.DoneBytes == value.TotalBytes;
            if (isNews || clock.GetElapsedTime(_shownAt) >= ShowEvery)
            {
                _shownAt = clock.GetTimestamp();
                _shown = value;
                manager.Show(repository, value, rate);
            }
        }
    }
}
