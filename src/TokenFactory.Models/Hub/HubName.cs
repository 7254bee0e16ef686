using System.Text.RegularExpressions;

namespace TokenFactory.Models.Hub;

/// <summary>Names as hubs have them. What passes here is safe in a path, on the hub and on this disk.</summary>
public static partial class HubName
{
    private const int MostLength = 200;

    /// <summary>Checks the name of a repository, <c>owner/name</c>.</summary>
    /// <exception cref="HubException">It is none.</exception>
    public static void CheckRepository(string repository)
    {
        if (repository.Length > MostLength || !Repository().IsMatch(repository) || repository.Contains("..", StringComparison.Ordinal))
        {
            throw new HubException(HubProblem.BadName, $"\"{repository}\" is no repository's name. Give it as owner/name, for instance HuggingFaceTB/SmolLM2-135M-Instruct.");
        }
    }

    /// <summary>Checks a revision: a branch, a tag or a commit.</summary>
    /// <exception cref="HubException">It is none.</exception>
    public static void CheckRevision(string revision)
    {
        if (revision.Length > MostLength || !Revision().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new HubException(HubProblem.BadName, $"\"{revision}\" is no revision. Give a branch, a tag or a commit, for instance main.");
        }
    }

    /// <summary>Checks a file's path within a repository: it must stay inside the folder that it is written to.</summary>
    /// <exception cref="HubException">It would not.</exception>
    public static void CheckFile(string path)
    {
        string[] parts = path.Split('/');
        bool isSafe = path.Length is > 0 and <= MostLength && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains('\0', StringComparison.Ordinal)
            && !path.Contains(':', StringComparison.Ordinal) && parts.All(part => part.Length > 0 && part is not "." and not "..");
        if (!isSafe)
        {
            throw new HubException(HubProblem.BadAnswer, $"The hub lists a file \"{path}\", which would not stay in the model's folder. Nothing was downloaded; do not trust this repository.");
        }
    }

    /// <summary>The folder's name for a repository on this disk: <c>owner--name</c>.</summary>
    public static string FolderOf(string repository) => repository.Replace("/", "--", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Repository();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
    private static partial Regex Revision();
}
