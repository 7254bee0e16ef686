using Microsoft.Extensions.Options;

namespace TokenFactory.Web.Hosting;

/// <summary>The folder for the database and caches, made and found writable before anything is put there.</summary>
public sealed class DataFolder
{
    private DataFolder(string path) => Path = path;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Where quantised weights are kept.</summary>
    public string ModelCache => System.IO.Path.Combine(Path, "cache", "models");

    /// <summary>Where kernels are kept that were compiled for this machine's GPUs.</summary>
    public string KernelCache => System.IO.Path.Combine(Path, "cache", "kernels");

    /// <summary>Where models from a hub are kept.</summary>
    public string Downloads => System.IO.Path.Combine(Path, "models");

    /// <summary>Where the contents of the tenants' files are kept.</summary>
    public string Files => System.IO.Path.Combine(Path, "files");

    public static DataFolder Open(IOptions<TokenFactoryOptions> options) => Open(options.Value.DataFolder);

    /// <summary>Makes the folder where it is missing and writes to it once.</summary>
    /// <exception cref="StartupException">It cannot be made or written to.</exception>
    public static DataFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            string probe = System.IO.Path.Combine(full, $".write-test-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StartupException(
                $"The data folder {full} cannot be written: {problem.Message} Make it writable, or choose another with --data FOLDER.", problem);
        }
        return new DataFolder(full);
    }
}
