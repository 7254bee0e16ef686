namespace TokenFactory.Tenancy.Plans;

/// <summary>A calendar window in a tenant's time zone.</summary>
public enum UsageWindow
{
    Day,

    /// <summary>From Monday.</summary>
    Week,

    Month,
}
