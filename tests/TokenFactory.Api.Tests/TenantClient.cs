using System.Net.Http.Json;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Api.Tests;

/// <summary>A tenant, its plan and its key, and a client that sends the key.</summary>
internal sealed record TenantClient(HttpClient Http, Plan Plan, Tenant Tenant, NewKey Key) : IDisposable
{
    public static Plan PlanOf(PlanLimits limits, string name = "small", long? maxTokens = null, params FeatureLimit[] features) =>
        new(default, name, limits, features, null, LaneRights.All, 1, maxTokens, 0);

    /// <summary>Completes a prompt of <paramref name="prompt"/> letters, which are as many tokens.</summary>
    public Task<HttpResponseMessage> CompleteAsync(int prompt, int? maxTokens, string? feature = null, string? lane = null, string? model = null, int n = 1)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(new { model, prompt = new string('p', prompt), max_tokens = maxTokens, n }),
        };
        if (feature is not null)
        {
            request.Headers.Add("x-feature", feature);
        }
        if (lane is not null)
        {
            request.Headers.Add("x-lane", lane);
        }
        return Http.SendAsync(request);
    }

    public void Dispose() => Http.Dispose();
}
