using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Admission;

/// <summary>
/// Decides for whom a request runs, before its body is read, so that a stranger costs nothing. In Development a request from this
/// machine without a key belongs to the tenant <see cref="Bootstrap.Tenant"/>; otherwise every request needs a key. Safe for any thread.
/// </summary>
internal sealed class RequestAdmission(TenantDirectory directory, IHostEnvironment environment)
{
    public const string LaneHeader = "x-lane";
    public const string FeatureHeader = "x-feature";

    private readonly bool _isDevelopment = environment.IsDevelopment();

    /// <exception cref="ApiException">The caller may not use the API, or not this lane or feature: 400, 401 or 403.</exception>
    public Caller Identify(HttpContext context)
    {
        ActingKey? acting = context.Features.Get<ActingKey>();
        KeyGrant grant = acting is null ? FindGrant(context) : FindGrant(acting);
        return new Caller(
            grant, FindLane(context.Request, grant), FindFeature(context.Request, grant), context.TraceIdentifier, context.Request.Headers.ContainsKey(LaneHeader), acting);
    }

    private KeyGrant FindGrant(HttpContext context)
    {
        if (BearerKey.ReadAny(context.Request) is { } key)
        {
            KeyVerdict verdict = directory.Judge(key, out KeyGrant? grant);
            return grant ?? throw KeyErrors.From(verdict);
        }
        return _isDevelopment && context.IsFromHere() && directory.GrantWithoutKey(Bootstrap.Tenant) is { } local ? local : throw KeyErrors.Missing();
    }

    private KeyGrant FindGrant(ActingKey acting)
    {
        KeyVerdict verdict = directory.Judge(acting.KeyId, acting.TenantId, out KeyGrant? grant);
        return grant ?? throw KeyErrors.From(verdict);
    }

    private static Lane FindLane(HttpRequest request, KeyGrant grant)
    {
        string? name = request.Headers[LaneHeader];
        if (name is null)
        {
            return (grant.Lanes & LaneRights.Interactive) != 0 ? Lane.Interactive : (grant.Lanes & LaneRights.Agentic) != 0 ? Lane.Agentic : Lane.Batch;
        }
        Lane lane = WireNames.FindLane(name)
            ?? throw ApiException.Invalid($"The header {LaneHeader} must be interactive, agentic or batch.", LaneHeader, "unknown_lane");
        return (grant.Lanes & WireNames.RightOf(lane)) != 0
            ? lane
            : throw ApiException.Forbidden($"{grant.Tenant.Name} may not use the lane {name}. Leave {LaneHeader} out, or ask for the right.", "lane_not_allowed");
    }

    private static string? FindFeature(HttpRequest request, KeyGrant grant)
    {
        string? name = request.Headers[FeatureHeader];
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }
        foreach (FeatureLimit feature in grant.Plan.Features)
        {
            if (feature.Feature == name)
            {
                return feature.Feature;
            }
        }
        throw ApiException.Forbidden($"The plan {grant.Plan.Name} does not hold the feature that the header {FeatureHeader} names.", "feature_not_allowed");
    }
}
