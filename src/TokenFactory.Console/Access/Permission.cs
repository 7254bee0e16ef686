namespace TokenFactory.Web.Access;

/// <summary>What somebody may do in the console.</summary>
public enum Permission
{
    /// <summary>See the live pages and the audit.</summary>
    See,

    /// <summary>Cancel, hold and move requests, load and unload models, change batch policies, use the playground.</summary>
    Operate,

    /// <summary>Change tenants, plans, keys and prices, and export usage.</summary>
    ManageQuotas,

    /// <summary>Manage accounts and see the settings.</summary>
    Administer,
}
