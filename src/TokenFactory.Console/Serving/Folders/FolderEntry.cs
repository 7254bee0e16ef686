using TokenFactory.Models.Configuration;
using TokenFactory.Models.Hub;

namespace TokenFactory.Web.Serving.Folders;

/// <summary>A folder that holds a model, or might.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Spec">What its configuration says; null where it cannot be read.</param>
/// <param name="StoredAs">The weights' type as the configuration names it, for instance <c>bfloat16</c>; null where it names none.</param>
/// <param name="SizeBytes">All of its files.</param>
/// <param name="Problem">Why it cannot be loaded, and what to do; null where nothing is in the way.</param>
/// <param name="Origin">The hub that it came from; null for none that is known.</param>
public sealed record FolderEntry(string Path, ModelSpec? Spec, string? StoredAs, long SizeBytes, string? Problem, FolderOrigin? Origin)
{
    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}
