using TokenFactory.Models.Hub;

namespace TokenFactory.Web.Serving.Downloads;

/// <summary>A model on its way from a hub, or one that did not get here.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
/// <param name="Folder">Where it is put.</param>
/// <param name="Since">When this attempt began.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="BytesPerSecond">Lately; null before anything is measured.</param>
/// <param name="Failure">Why it ended, and what to do; null while it goes on.</param>
/// <param name="IsCancelled">Whether somebody stopped it; what has arrived is kept.</param>
public sealed record ModelDownload(
    string Repository, string Revision, string Folder, DateTimeOffset Since, HubProgress Progress, double? BytesPerSecond, string? Failure, bool IsCancelled)
{
    public bool IsUnderWay => Failure is null && !IsCancelled;

    /// <summary>0 to 1; null before the hub has listed the files.</summary>
    public double? Share => Progress.TotalBytes > 0 ? (double)Progress.DoneBytes / Progress.TotalBytes : null;

    /// <summary>How long it takes yet at the measured rate; null where none is.</summary>
    public TimeSpan? Left => IsUnderWay && BytesPerSecond is double rate and > 0 && Progress.TotalBytes > 0
        ? TimeSpan.FromSeconds((Progress.TotalBytes - Progress.DoneBytes) / rate)
        : null;
}
