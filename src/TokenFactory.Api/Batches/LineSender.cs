using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Completions;
using TokenFactory.Api.Embeddings;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Responses;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Batches;

/// <summary>
/// Sends lines to the handlers that answer clients, as requests without a connection: what holds for a live request holds for a line,
/// from the checks of its fields to the ledger.
/// </summary>
internal sealed class LineSender(
    ApiPipeline pipeline, ChatCompletionEndpoint chat, CompletionEndpoint completions, EmbeddingEndpoint embeddings, ResponsesEndpoint responses)
{
    private readonly Dictionary<string, RequestDelegate> _handlers = new()
    {
        ["/v1/chat/completions"] = pipeline.Around(chat.HandleAsync),
        ["/v1/completions"] = pipeline.Around(completions.HandleAsync),
        ["/v1/embeddings"] = pipeline.Around(embeddings.HandleAsync),
        ["/v1/responses"] = pipeline.Around(responses.CreateAsync, ResponsesErrors.WriteAsync),
    };

    /// <summary>The paths that lines may be sent to.</summary>
    public IEnumerable<string> Endpoints => _handlers.Keys;

    /// <exception cref="OperationCanceledException">It was broken off.</exception>
    public async Task<LineAnswer> SendAsync(string endpoint, byte[] body, ActingKey acting, CancellationToken cancellation)
    {
        using MemoryStream sent = new(body, writable: false);
        using MemoryStream received = new();
        DefaultHttpContext context = new() { RequestAborted = cancellation };
        context.Features.Set(acting);
        context.Request.Method = HttpMethods.Post;
        context.Request.Path = endpoint;
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = sent;
        context.Request.Headers[RequestAdmission.LaneHeader] = WireNames.Of(Lane.Batch);
        context.Response.Body = received;
        await _handlers[endpoint](context);

        // A handler that is broken off says nothing.
        cancellation.ThrowIfCancellationRequested();
        return LineAnswer.Of(context, received.GetBuffer().AsMemory(0, (int)received.Length));
    }
}
