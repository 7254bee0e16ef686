namespace TokenFactory.Tenancy.Directory;

/// <summary>What a presented key is worth.</summary>
public enum KeyVerdict
{
    Valid,

    /// <summary>No key's text.</summary>
    Malformed,

    /// <summary>A key's text that was never given out, or not here.</summary>
    Unknown,

    Expired,

    Revoked,

    /// <summary>Its tenant is suspended.</summary>
    TenantSuspended,

    /// <summary>Its tenant was deleted.</summary>
    TenantDeleted,
}
