using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;

namespace TokenFactory.Api.Models;

/// <summary>Answers <c>GET /v1/models</c> and <c>GET /v1/models/{model}</c>.</summary>
internal sealed class ModelEndpoints(RequestAdmission admission, ModelLookup lookup)
{
    public Task ListAsync(HttpContext context)
    {
        ModelList list = new([.. lookup.AllFor(admission.Identify(context).Grant).Select(ModelCard.Of)]);
        return ApiJson.WriteAsync(context, list, ApiJson.Context.ModelList);
    }

    public Task ShowAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);

        // Names may hold slashes, as in "organisation/model".
        string name = context.Request.RouteValues["model"] as string ?? "";
        return ApiJson.WriteAsync(context, ModelCard.Of(lookup.Find(name, caller.Grant)), ApiJson.Context.ModelCard);
    }
}
