using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Models.Hub;

/// <summary>Where a model folder came from, written beside its files.</summary>
/// <param name="Endpoint">The hub.</param>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">What was asked for.</param>
/// <param name="Commit">What that was.</param>
/// <param name="IsComplete">Whether every file is there and was checked.</param>
public sealed record FolderOrigin(string Endpoint, string Repository, string Revision, string Commit, bool IsComplete)
{
    /// <summary>The file's name.</summary>
    public const string FileName = ".hub.json";

    /// <summary>The origin of a folder; null where none is written, or none that can be read.</summary>
    public static FolderOrigin? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), OriginJson.Default.FolderOrigin);
        }
        catch (Exception absent) when (absent is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string folder)
    {
        string path = Path.Combine(folder, FileName);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, OriginJson.Default.FolderOrigin));
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>The origin's form, known at compile time.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FolderOrigin))]
internal sealed partial class OriginJson : JsonSerializerContext;
