using Microsoft.AspNetCore.Http;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Health;

/// <summary>Answers <c>GET /health/live</c> and <c>GET /health/ready</c>.</summary>
internal sealed class HealthEndpoints(ModelCatalog catalog, IUsageLedger ledger)
{
    public Task LiveAsync(HttpContext context) =>
        ApiJson.WriteAsync(context, new LivenessReport("alive"), ApiJson.Context.LivenessReport);

    public Task ReadyAsync(HttpContext context)
    {
        ReadinessProblem[] problems = FindProblems();
        if (problems.Length > 0)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        ReadinessReport report = new(problems.Length > 0 ? "unavailable" : "ready", problems);
        return ApiJson.WriteAsync(context, report, ApiJson.Context.ReadinessReport);
    }

    private ReadinessProblem[] FindProblems() =>
    [
        .. ledger.Problem is { } problem ? [new ReadinessProblem(null, problem)] : Array.Empty<ReadinessProblem>(),
        .. catalog.Models.Count == 0 ? [new ReadinessProblem(null, "No model serves.")] : Array.Empty<ReadinessProblem>(),
        .. catalog.Models
            .Select(model => (model.Name, Problem: model.FindProblem()))
            .Where(found => found.Problem is not null)
            .Select(found => new ReadinessProblem(found.Name, found.Problem!)),
    ];
}
