using System.Text.Json.Serialization;

namespace TokenFactory.Api.Health;

/// <summary>That the process answers.</summary>
/// <param name="Status">Always <c>alive</c>.</param>
public sealed record LivenessReport([property: JsonPropertyName("status")] string Status);

/// <summary>Whether requests can be served.</summary>
/// <param name="Status"><c>ready</c> or <c>unavailable</c>.</param>
/// <param name="Reasons">Why not; empty when ready.</param>
public sealed record ReadinessReport(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("reasons")] IReadOnlyList<ReadinessProblem> Reasons);

/// <summary>One reason why requests cannot be served.</summary>
/// <param name="Model">The model concerned; null where the reason is the server's.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record ReadinessProblem(
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("problem")] string Problem);
