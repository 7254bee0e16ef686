namespace TokenFactory.Tenancy.Plans;

/// <summary>How often something that the operator sells by the piece may be used, for instance ten research runs a month.</summary>
/// <param name="Feature">Its name, as requests give it.</param>
/// <param name="Uses">Most uses in a window, 0 or more.</param>
/// <param name="Window">The window.</param>
/// <param name="IsShadow">On trial: counts what it would have refused.</param>
public sealed record FeatureLimit(string Feature, long Uses, UsageWindow Window, bool IsShadow = false);
