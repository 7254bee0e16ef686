using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Api.Responses;

/// <summary>Answers <c>/v1/responses/…</c>: a key sees the responses of its tenant, and no others.</summary>
internal sealed class StoredResponseEndpoints(RequestAdmission admission, ResponseBook book, ResponseService service, ApiOptions options)
{
    private const int UsuallyListed = 20;
    private const int MostListed = 100;

    public async Task ShowAsync(HttpContext context)
    {
        StoredResponse found = await FindAsync(context);
        CheckIncluded(context.Request);
        if (ReadStream(context.Request) is not { } after)
        {
            await ApiJson.WriteAsync(context, View(found), ApiJson.Context.ResponseObject);
            return;
        }
        EventLog events = service.FindLog(found.Id) ?? throw ApiException.Invalid(
            "Only a response that was created with background and stream can be streamed, while it runs and for some minutes after. Leave stream out.",
            "stream");
        if (!events.Reaches(after))
        {
            throw ApiException.Invalid(
                "The response has had more events than are kept, and its first ones are gone. Leave stream out to get the response itself, or ask for events after a later one.",
                after < 0 ? "stream" : "starting_after",
                "events_gone");
        }
        await events.SendAsync(context, after, options.KeepAliveInterval);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        StoredResponse found = await FindAsync(context);
        await service.CancelAsync(found.Id, context.RequestAborted);
        service.Forget(found.Id);
        if (!await book.RemoveAsync(found.TenantId, found.Id, context.RequestAborted))
        {
            throw NotFound(found.Id);
        }
        await ApiJson.WriteAsync(context, new DeletedResponse(found.Id), ApiJson.Context.DeletedResponse);
    }

    /// <summary>Ends a response that is computed in the background; one that has ended is shown as it is.</summary>
    public async Task CancelAsync(HttpContext context)
    {
        StoredResponse found = await FindAsync(context);
        if (!Conversations.BodyOf(found).Background)
        {
            throw ApiException.Invalid("Only a response that was created with background can be cancelled; leave the connection of another.", "response_id");
        }
        await service.CancelAsync(found.Id, context.RequestAborted);
        await ApiJson.WriteAsync(context, View(await FindAsync(context)), ApiJson.Context.ResponseObject);
    }

    public async Task ListInputAsync(HttpContext context)
    {
        StoredResponse found = await FindAsync(context);
        CheckIncluded(context.Request);
        PageQuery query = PageQuery.Read(context.Request, UsuallyListed, MostListed);
        IEnumerable<ResponseItem> items = Conversations.InputOf(found);
        List<ResponseItem> ordered = [.. query.IsDescending ? items.Reverse() : items];
        int start = 0;
        if (query.After is { } before)
        {
            start = ordered.FindIndex(item => item.Id == before) + 1;
            if (start == 0)
            {
                throw ApiException.Invalid("after names no input item of this response.", "after");
            }
        }
        Page<ResponseItem> page = new(ordered[start..Math.Min(ordered.Count, start + query.Limit)], ordered.Count - start > query.Limit);
        await ApiJson.WriteAsync(context, ListPages.Of(page, item => item, item => item.Id), ApiJson.Context.ListPageResponseItem);
    }

    /// <summary>What is included was chosen when the response was made; names are checked all the same. Clients write lists in either way.</summary>
    private static void CheckIncluded(HttpRequest request) => ResponsesReader.ReadIncluded([.. request.Query["include"], .. request.Query["include[]"]]);

    /// <summary>The number of the event before the first that is wanted; null: no stream is.</summary>
    private static int? ReadStream(HttpRequest request)
    {
        string after = request.Query["starting_after"].ToString();
        bool isStream = request.Query["stream"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw ApiException.Invalid("stream must be true or false.", "stream"),
        };
        if (after.Length == 0)
        {
            return isStream ? -1 : null;
        }
        if (!isStream)
        {
            throw ApiException.Invalid("starting_after is only for streams; set stream to true or leave it out.", "starting_after");
        }
        return int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw ApiException.Invalid("starting_after must be the number of an event.", "starting_after");
    }

    private ResponseObject View(StoredResponse stored)
    {
        ResponseObject response = Conversations.BodyOf(stored);
        return stored.IsOpen && service.Find(stored.Id) is { } run ? response with { Status = run.Status } : response;
    }

    private async Task<StoredResponse> FindAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        string id = AdminPaths.Segment(context, "response");
        return await book.FindAsync(tenant, id, context.RequestAborted) ?? throw NotFound(id);
    }

    private static ApiException NotFound(string id) => ApiException.NotFound($"There is no response {AdminPaths.Shown(id)}.");
}
