namespace TokenFactory.Tenancy.Responses;

/// <summary>A model's response that its tenant can ask for again and go on from.</summary>
public sealed class StoredResponse
{
    /// <summary>What ids begin with.</summary>
    public const string IdPrefix = "resp_";

    /// <summary>Ascends with the order in which responses were added.</summary>
    public long Number { get; set; }

    /// <summary>The name that clients know it by: <c>resp_</c> and 32 hexadecimal digits.</summary>
    public string Id { get; set; } = "";

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The response that it goes on from; null: it begins a conversation.</summary>
    public string? PreviousId { get; set; }

    /// <summary>Its own input, a JSON array of items; what it goes on from is not in it.</summary>
    public string Input { get; set; } = "";

    /// <summary>The response as the protocol shows it, a JSON object; that of an open one as it was when it was added.</summary>
    public string Body { get; set; } = "";

    /// <summary>Whether it is computed still.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Characters of <see cref="Input"/> and <see cref="Body"/>, by which tenants' room is counted.</summary>
    public long Length { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on it is gone.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}
