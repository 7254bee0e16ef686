namespace TokenFactory.Tenancy.Files;

/// <summary>A tenant's file: what is known of it. Its content lies on disk under <see cref="Id"/>.</summary>
public sealed class StoredFile
{
    /// <summary>What ids begin with.</summary>
    internal const string IdPrefix = "file-";

    /// <summary>Ascends with the order in which files were added.</summary>
    public long Number { get; set; }

    /// <summary>The name that clients know it by: <c>file-</c> and 32 hexadecimal digits.</summary>
    public string Id { get; set; } = "";

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The name it had at the client, without folders.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is for, by its wire name.</summary>
    public string Purpose { get; set; } = "";

    /// <summary>Length of the content.</summary>
    public long Bytes { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on it is gone; null: it stays until it is deleted.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public static string NewId() => $"{IdPrefix}{Guid.NewGuid():N}";
}
