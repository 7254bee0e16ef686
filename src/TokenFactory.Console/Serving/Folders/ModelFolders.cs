using System.Text.Json;
using Microsoft.Extensions.Options;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Hub;
using TokenFactory.Models.Tokenization;
using TokenFactory.Models.Weights;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Backends;

namespace TokenFactory.Web.Serving.Folders;

/// <summary>The folders where models lie, and what lies there. Only configurations and headers are read.</summary>
public sealed class ModelFolders(DataFolder data, ModelBackends backends, IOptions<TokenFactoryOptions> options, IHostEnvironment environment)
{
    private static readonly string[] TypeNames = ["torch_dtype", "dtype"];

    /// <summary>Absolute paths of the folders whose sub-folders are listed; that of downloads is the last.</summary>
    public IReadOnlyList<string> Roots { get; } =
        [.. options.Value.FoldersOrDefault.Select(folder => Path.GetFullPath(folder, environment.ContentRootPath)).Append(data.Downloads).Distinct()];

    /// <summary>Where a repository of a hub is downloaded to.</summary>
    public string DownloadOf(string repository) => Path.Combine(data.Downloads, HubName.FolderOf(repository));

    /// <summary>Every sub-folder of the roots that holds anything, root by root, by name.</summary>
    public IReadOnlyList<FolderEntry> List() =>
    [
        .. Roots.Where(Directory.Exists).SelectMany(root => Directory.EnumerateDirectories(root).Order(StringComparer.OrdinalIgnoreCase))
            .Where(folder => !Path.GetFileName(folder).StartsWith('.') && Directory.EnumerateFileSystemEntries(folder).Any())
            .Select(Read),
    ];

    /// <summary>A folder by the path that somebody typed: as it is, or beside the product's own files.</summary>
    public string Resolve(string path)
    {
        string beside = Path.Combine(environment.ContentRootPath, path);
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(Directory.Exists(path) || !Directory.Exists(beside) ? path : beside));
    }

    /// <summary>What a folder holds. Never throws for what is wrong with it: that is in the entry.</summary>
    public FolderEntry Read(string path)
    {
        FolderOrigin? origin = FolderOrigin.Read(path);
        ModelSpec? spec = null;
        string? problem = null;
        try
        {
            ModelFolder folder = ModelFolder.Open(path);
            spec = folder.Spec;
            problem = origin is { IsComplete: false } ? $"Its download from {origin.Repository} is not complete. Start it again; it goes on where it was." : null;
            Check(folder);
        }
        catch (Exception wrong) when (wrong is ModelFormatException or TokenizerFormatException or IOException or UnauthorizedAccessException)
        {
            problem ??= origin is { IsComplete: false } ? $"Its download from {origin.Repository} is not complete. Start it again; it goes on where it was." : wrong.Message;
        }
        return new FolderEntry(path, spec, ReadType(path), Size(path), problem, origin);
    }

    private void Check(ModelFolder folder)
    {
        backends.Choose(folder, new ModelOptions());
        using TensorStore weights = folder.OpenWeights();
        if (!File.Exists(Path.Combine(folder.Path, "tokenizer.json")))
        {
            throw new ModelFormatException(Path.Combine(folder.Path, "tokenizer.json"), null, "the file is missing; download it from where the model came from");
        }
    }

    private static string? ReadType(string path)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
            return TypeNames.Select(name => config.RootElement.TryGetProperty(name, out JsonElement type) ? type.GetString() : null).FirstOrDefault(type => type is not null);
        }
        catch (Exception absent) when (absent is IOException or JsonException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Size(string path)
    {
        try
        {
            return new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
