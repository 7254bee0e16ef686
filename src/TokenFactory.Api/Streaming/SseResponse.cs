using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TokenFactory.Api.Streaming;

/// <summary>The head of an answer that is a stream of events.</summary>
internal static class SseResponse
{
    /// <summary>Sends the headers, once. Until then a failure can still have a status of its own.</summary>
    public static Task StartAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return response.StartAsync();
    }
}
