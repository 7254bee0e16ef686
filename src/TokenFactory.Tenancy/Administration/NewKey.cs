using TokenFactory.Tenancy.Keys;

namespace TokenFactory.Tenancy.Administration;

/// <summary>A key that was just made.</summary>
/// <param name="Key">The key.</param>
/// <param name="Text">Its text, which is not kept: whoever gets this shows it once.</param>
public sealed record NewKey(ApiKey Key, string Text);
