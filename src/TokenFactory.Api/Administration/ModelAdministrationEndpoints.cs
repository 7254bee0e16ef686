using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/models</c>: what serves and is loaded; loads and unloads, which go on after their answer.</summary>
/// <param name="host">What does it; null where this host has no models of its own to load.</param>
internal sealed class ModelAdministrationEndpoints(IModelHost? host = null)
{
    public async Task ListAsync(HttpContext context, string actor) =>
        await AdminJson.WriteListAsync(context, await Host.ListAsync(), AdminJson.Context.ListingModelView);

    public async Task LoadAsync(HttpContext context, string actor)
    {
        ModelBody body = await AdminJson.ReadAsync(context, AdminJson.Context.ModelBody);
        if (string.IsNullOrWhiteSpace(body.Path))
        {
            throw ApiException.Invalid("path is missing: give the folder of the model on the server.", "path");
        }
        string name = await TryAsync(() => Host.LoadAsync(actor, body));
        await AnswerAsync(context, new ModelAnswer(name, "loading"));
    }

    public async Task UnloadAsync(HttpContext context, string actor)
    {
        string name = AdminPaths.Segment(context, "model");
        bool drain = context.Request.Query["drain"].ToString() switch
        {
            "" or "true" => true,
            "false" => false,
            _ => throw ApiException.Invalid("drain is true, so that requests end first, or false, so that they are cancelled.", "drain"),
        };
        await TryAsync(async () =>
        {
            await Host.UnloadAsync(actor, name, drain);
            return name;
        });
        await AnswerAsync(context, new ModelAnswer(name, "draining"));
    }

    public async Task ChangeAsync(HttpContext context, string actor)
    {
        string name = AdminPaths.Segment(context, "model");
        ModelChange change = await AdminJson.ReadAsync(context, AdminJson.Context.ModelChange);
        if (change.State != "serving")
        {
            throw ApiException.Invalid("state must be \"serving\": it calls the unload of a model off. DELETE unloads a model.", "state");
        }
        await TryAsync(async () =>
        {
            await Host.ResumeAsync(actor, name);
            return name;
        });
        await ApiJson.WriteAsync(context, new ModelAnswer(name, change.State), AdminJson.Context.ModelAnswer);
    }

    private IModelHost Host => host ?? throw ApiException.NotFound("This server does not load models by itself.");

    private static Task AnswerAsync(HttpContext context, ModelAnswer answer)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return ApiJson.WriteAsync(context, answer, AdminJson.Context.ModelAnswer);
    }

    private static async Task<string> TryAsync(Func<Task<string>> change)
    {
        try
        {
            return await change();
        }
        catch (ModelOperationException refusal)
        {
            (int status, string code) = refusal.Problem switch
            {
                ModelOperationProblem.NotFound => (StatusCodes.Status404NotFound, "not_found"),
                ModelOperationProblem.Conflict => (StatusCodes.Status409Conflict, "conflict"),
                ModelOperationProblem.DoesNotFit => (StatusCodes.Status409Conflict, "does_not_fit"),
                _ => (StatusCodes.Status400BadRequest, "invalid_value"),
            };
            throw new ApiException(status, new ErrorBody(refusal.Message, ApiException.InvalidRequest, refusal.Field, code));
        }
    }
}
