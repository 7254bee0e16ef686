namespace TokenFactory.Api.Files;

/// <summary>The folder that holds the contents of files, each under its id, and nothing else.</summary>
public sealed class FileFolder
{
    private const string Partial = ".part";

    private readonly string _path;

    /// <summary>Makes the folder where it is missing; others than the server's own user cannot read it.</summary>
    public FileFolder(string path)
    {
        _path = path;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <param name="id">An id that this server made.</param>
    public string PathOf(string id) => Path.Combine(_path, id);

    /// <summary>Where a content is written until it is whole.</summary>
    public string PartialPathOf(string id) => PathOf(id) + Partial;

    public void Delete(string id) => File.Delete(PathOf(id));

    /// <summary>Deletes what belongs to no id: uploads that broke off, and files that were forgotten right before the process ended.</summary>
    public void DeleteOthers(IReadOnlySet<string> ids)
    {
        foreach (string file in Directory.EnumerateFiles(_path))
        {
            if (!ids.Contains(Path.GetFileName(file)))
            {
                File.Delete(file);
            }
        }
    }
}
