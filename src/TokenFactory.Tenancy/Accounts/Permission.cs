namespace TokenFactory.Tenancy.Accounts;

/// <summary>What somebody may do, on the pages and in the administration's REST alike.</summary>
public enum Permission
{
    /// <summary>See the live pages, tenants, usage and the audit.</summary>
    See,

    /// <summary>Cancel, hold and move requests, load and unload models, change batch policies, use the playground.</summary>
    Operate,

    /// <summary>Change tenants, plans, keys and prices, and export usage.</summary>
    ManageQuotas,

    /// <summary>Manage accounts and administrators' keys, and see the settings.</summary>
    Administer,
}
