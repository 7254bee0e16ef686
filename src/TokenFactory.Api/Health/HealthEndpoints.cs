using Microsoft.AspNetCore.Http;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Health;

/// <summary>Answers <c>GET /health/live</c> and <c>GET /health/ready</c>.</summary>
internal sealed class HealthEndpoints(ModelCatalog catalog)
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

    private ReadinessProblem[] FindProblems()
    {
        IReadOnlyList<ServedModel> models = catalog.Models;
        if (models.Count == 0)
        {
            return [new ReadinessProblem(null, "No model serves.")];
        }
        return [.. models
            .Select(model => (model.Name, Problem: model.Engine.FindProblem()))
            .Where(found => found.Problem is not null)
            .Select(found => new ReadinessProblem(found.Name, found.Problem!))];
    }
}
