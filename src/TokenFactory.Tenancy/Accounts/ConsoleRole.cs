namespace TokenFactory.Tenancy.Accounts;

/// <summary>What an account or an administrator's key is for. An account has one.</summary>
public enum ConsoleRole
{
    /// <summary>Sees, and changes nothing.</summary>
    Viewer,

    /// <summary>Keeps the factory running.</summary>
    Operator,

    /// <summary>Keeps tenants, plans and keys.</summary>
    QuotaAdmin,

    /// <summary>Everything.</summary>
    Admin,
}

/// <summary>What each role may do, and what it is called.</summary>
public static class ConsoleRoles
{
    /// <summary>The roles by the names that people and configuration use.</summary>
    public static IReadOnlyDictionary<string, ConsoleRole> ByName { get; } = new Dictionary<string, ConsoleRole>(StringComparer.OrdinalIgnoreCase)
    {
        ["viewer"] = ConsoleRole.Viewer,
        ["operator"] = ConsoleRole.Operator,
        ["quota-admin"] = ConsoleRole.QuotaAdmin,
        ["admin"] = ConsoleRole.Admin,
    };

    public static string NameOf(ConsoleRole role) => ByName.First(named => named.Value == role).Key;

    public static bool Allows(this ConsoleRole role, Permission permission) => role switch
    {
        ConsoleRole.Admin => true,
        ConsoleRole.Operator => permission is Permission.See or Permission.Operate,
        ConsoleRole.QuotaAdmin => permission is Permission.See or Permission.ManageQuotas,
        ConsoleRole.Viewer => permission is Permission.See,
        _ => false,
    };

    /// <summary>The roles that may do something, for a sentence.</summary>
    public static string Describe(Permission permission) =>
        string.Join(" or ", ByName.Where(named => named.Value.Allows(permission)).Select(named => named.Key));
}
