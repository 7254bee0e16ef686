using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Admission;

/// <summary>Who sends a request, and as what.</summary>
/// <param name="Grant">The tenant, its limits and rights.</param>
/// <param name="Lane">The queue that the request waits in.</param>
/// <param name="Feature">What it uses by the piece; null for nothing.</param>
/// <param name="RequestId">The id that the client knows.</param>
/// <param name="HasChosenLane">Whether the lane is the request's own choice.</param>
/// <param name="Acting">The work that the server does for a key by itself; null for a client's own request.</param>
internal sealed record Caller(KeyGrant Grant, Lane Lane, string? Feature, string RequestId, bool HasChosenLane = false, ActingKey? Acting = null)
{
    public string Tenant => Grant.Tenant.Name;
}
