using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Admission;

/// <summary>Who sends a request, as far as the engine has to know.</summary>
/// <param name="Tenant">Whose tokens these are, in accounts and metrics.</param>
/// <param name="Weight">The tenant's share against others in its lane. Above 0.</param>
/// <param name="Lane">The queue that the request waits in.</param>
public sealed record Caller(string Tenant, double Weight, Lane Lane);
