namespace TokenFactory.Tenancy.Quotas;

/// <summary>Whose limit it is.</summary>
public enum QuotaScope
{
    /// <summary>All keys of the tenant together.</summary>
    Tenant,

    /// <summary>One key alone.</summary>
    Key,
}
