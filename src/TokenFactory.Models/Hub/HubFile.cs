namespace TokenFactory.Models.Hub;

/// <summary>A file of a repository at one commit.</summary>
/// <param name="Path">Its path within the repository.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of its content in lower-case hexadecimal, for files in large file storage; null for others.</param>
/// <param name="GitHash">SHA-1 of its git blob; null where the hub names none.</param>
public sealed record HubFile(string Path, long Size, string? Sha256, string? GitHash);

/// <summary>A repository at one commit.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">What was asked for: a branch, a tag or a commit.</param>
/// <param name="Commit">The commit that it means now; everything is read from it, whatever is pushed meanwhile.</param>
/// <param name="Files">All of its files.</param>
public sealed record HubSnapshot(string Repository, string Revision, string Commit, IReadOnlyList<HubFile> Files)
{
    private static readonly string[] SmallFiles =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja", "chat_template.json", "model.safetensors.index.json", "modules.json", "1_Pooling/config.json", "LICENSE", "LICENSE.txt", "README.md",
    ];

    /// <summary>What serving needs, the small files first: configuration, tokenizer, template, and safetensors of the model itself.</summary>
    /// <exception cref="HubException">The repository lacks something without which it cannot be served.</exception>
    public IReadOnlyList<HubFile> Needed()
    {
        HubFile[] small = [.. Files.Where(file => SmallFiles.Contains(file.Path))];
        HubFile[] weights = [.. Files.Where(file => IsWeights(file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal)];
        string? missing = weights.Length == 0 ? "weights in safetensors form"
            : small.All(file => file.Path != "config.json") ? "config.json"
            : small.All(file => file.Path != "tokenizer.json") ? "tokenizer.json"
            : null;
        return missing is null
            ? [.. small, .. weights]
            : throw new HubException(HubProblem.NoModel, $"{Repository} has no {missing}, so it cannot be served. Choose a repository in the usual safetensors form, not GGUF, ONNX or PyTorch files alone.");
    }

    // Only those of the top folder: sub-folders hold other forms of the same weights.
    private static bool IsWeights(string path) =>
        path is "model.safetensors" || (path.StartsWith("model-", StringComparison.Ordinal) && path.EndsWith(".safetensors", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal));
}
