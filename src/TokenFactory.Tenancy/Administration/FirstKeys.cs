namespace TokenFactory.Tenancy.Administration;

/// <summary>Keys that the operator names for the start; null where the first start makes them.</summary>
/// <param name="AdminKey">The text of an administrator's key.</param>
/// <param name="ApiKey">The text of a key of the tenant <see cref="Bootstrap.Tenant"/>.</param>
public sealed record FirstKeys(string? AdminKey, string? ApiKey);
