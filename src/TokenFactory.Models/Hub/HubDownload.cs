namespace TokenFactory.Models.Hub;

/// <summary>Brings a model from a hub into a folder. Started again after a break, it goes on where it was, at the same commit.</summary>
public sealed class HubDownload(HubClient client, Func<string, long>? freeBytes = null)
{
    // The file system itself, and whoever else writes meanwhile.
    private const long SpareBytes = 64 << 20;

    private readonly Func<string, long> _freeBytes = freeBytes ?? (folder => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace);

    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="folder">Where its files are to lie; made where it is missing.</param>
    /// <param name="progress">Told after every piece.</param>
    /// <param name="cancellation">Stops; what has arrived stays and is used next time.</param>
    /// <returns>What was downloaded; it is written beside the files too.</returns>
    /// <exception cref="HubException">It cannot go on; the message says what to do.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task<FolderOrigin> RunAsync(
        string repository, string revision, string folder, IProgress<HubProgress> progress, CancellationToken cancellation)
    {
        HubProgress state = default;
        void Wait(string note) => progress.Report(state = state with { Note = note });
        HubName.CheckRepository(repository);
        HubName.CheckRevision(revision);
        HubSnapshot snapshot = await client.ReadAsync(repository, PinnedCommit(repository, revision, folder) ?? revision, Wait, cancellation).ConfigureAwait(false);
        IReadOnlyList<HubFile> files = snapshot.Needed();
        FolderOrigin origin = new(client.Endpoint.AbsoluteUri.TrimEnd('/'), repository, revision, snapshot.Commit, IsComplete: false);
        Directory.CreateDirectory(folder);
        origin.Write(folder);

        HubFileDownload[] downloads = [.. files.Select(file => new HubFileDownload(client.Requests, snapshot, file, folder))];
        long total = files.Sum(file => file.Size);
        CheckSpace(folder, total - downloads.Sum(download => download.Present));
        for (int i = 0; i < downloads.Length; i++)
        {
            long others = downloads.Where((_, index) => index != i).Sum(download => download.Present);
            string name = files[i].Path;
            state = new HubProgress(name, others + downloads[i].Present, total, snapshot.Commit);
            progress.Report(state);
            await downloads[i].RunAsync(have => progress.Report(state = new HubProgress(name, others + have, total, snapshot.Commit)), Wait, cancellation).ConfigureAwait(false);
        }
        origin = origin with { IsComplete = true };
        origin.Write(folder);
        progress.Report(new HubProgress("", total, total, snapshot.Commit));
        return origin;
    }

    /// <summary>The commit of a download that was broken off: its parts fit no other.</summary>
    private static string? PinnedCommit(string repository, string revision, string folder) =>
        FolderOrigin.Read(folder) is { IsComplete: false } origin && origin.Repository == repository && origin.Revision == revision ? origin.Commit : null;

    private void CheckSpace(string folder, long bytes)
    {
        long free = _freeBytes(folder);
        if (free < bytes + SpareBytes)
        {
            throw new HubException(
                HubProblem.DiskFull, $"{bytes >> 20} MiB are still to come, and {free >> 20} MiB are free in {folder}. Free some space, or set another folder for data (--data FOLDER).");
        }
    }
}
