namespace TokenFactory.Models.Hub;

/// <summary>How far a download is.</summary>
/// <param name="File">The file under way; empty before the first and after the last.</param>
/// <param name="DoneBytes">Bytes that are on the disk, those of an earlier attempt among them.</param>
/// <param name="TotalBytes">Bytes of all files; 0 before the hub has listed them.</param>
/// <param name="Commit">The commit that is downloaded; null before it is known.</param>
/// <param name="Note">What is being waited for, in words; null while bytes come.</param>
public readonly record struct HubProgress(string File, long DoneBytes, long TotalBytes, string? Commit = null, string? Note = null);
