namespace TokenFactory.Tenancy.Plans;

/// <summary>What a tenant has bought.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="Name">Names it for people; unique.</param>
/// <param name="Limits">Requests and tokens.</param>
/// <param name="Features">What is sold by the piece.</param>
/// <param name="Models">Names of the models that may be used; null: all.</param>
/// <param name="Lanes">Lanes that may be used.</param>
/// <param name="Weight">Share against other tenants in a lane. Above 0.</param>
/// <param name="MaxTokensPerRequest">Most tokens that a request may generate; null: as many as the model's context leaves.</param>
/// <param name="Version">Grows by one with each change.</param>
public sealed record Plan(
    Guid Id,
    string Name,
    PlanLimits Limits,
    IReadOnlyList<FeatureLimit> Features,
    IReadOnlyList<string>? Models,
    LaneRights Lanes,
    double Weight,
    long? MaxTokensPerRequest,
    int Version);
