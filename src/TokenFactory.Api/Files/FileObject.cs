using System.Text.Json.Serialization;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Api.Files;

/// <summary>A file as the protocol shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">Length of its content.</param>
/// <param name="CreatedAt">When it was added, in Unix seconds.</param>
/// <param name="ExpiresAt">When it will be gone, in Unix seconds; absent where it stays.</param>
/// <param name="Filename">Its name at the client.</param>
/// <param name="Purpose">What it is for.</param>
public sealed record FileObject(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("expires_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpiresAt,
    [property: JsonPropertyName("filename")] string Filename,
    [property: JsonPropertyName("purpose")] string Purpose)
{
    /// <summary>Always <c>file</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "file";

    /// <summary>Always <c>processed</c>: a file is there once it is whole.</summary>
    [JsonPropertyName("status")]
    public string Status => "processed";

    internal static FileObject Of(StoredFile file) => new(
        file.Id, file.Bytes, file.CreatedAt.ToUnixTimeSeconds(), file.ExpiresAt?.ToUnixTimeSeconds(), file.Name, file.Purpose);
}

/// <summary>Says that a file is gone.</summary>
/// <param name="Id">The file.</param>
public sealed record DeletedFile([property: JsonPropertyName("id")] string Id)
{
    /// <summary>Always <c>file</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "file";

    /// <summary>Always true.</summary>
    [JsonPropertyName("deleted")]
    public bool Deleted => true;
}
