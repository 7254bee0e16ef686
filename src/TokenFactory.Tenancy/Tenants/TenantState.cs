namespace TokenFactory.Tenancy.Tenants;

/// <summary>Whether a tenant's keys work.</summary>
public enum TenantState
{
    Active,

    /// <summary>Its keys are refused until it is active again.</summary>
    Suspended,

    /// <summary>Gone; its usage stays in the ledger under its name.</summary>
    Deleted,
}
