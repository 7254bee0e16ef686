using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Api.Errors;

/// <summary>What surrounds every handler: the request's id, the time it took, and one shape for everything that goes wrong.</summary>
internal sealed class ApiPipeline(ILogger<ApiPipeline> logger)
{
    /// <summary>The handler with its surroundings.</summary>
    /// <param name="handler">Answers the request.</param>
    /// <param name="writeError">Writes the body of an error, for protocols that have one of their own; null: OpenAI's.</param>
    public RequestDelegate Around(RequestDelegate handler, Func<HttpContext, ApiException, Task>? writeError = null) =>
        context => RunAsync(context, handler, writeError ?? WriteErrorAsync);

    private async Task RunAsync(HttpContext context, RequestDelegate handler, Func<HttpContext, ApiException, Task> writeError)
    {
        context.TraceIdentifier = RequestIds.Choose(context.Request);
        context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        long started = Stopwatch.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            long milliseconds = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            context.Response.Headers["openai-processing-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        try
        {
            await handler(context);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, failure, writeError);
        }
        catch (Exception failure)
        {
            logger.LogDebug(failure, "The client of request {RequestId} has gone.", context.TraceIdentifier);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception failure, Func<HttpContext, ApiException, Task> writeError)
    {
        ApiException error = Translate(context, failure);
        if (context.Response.HasStarted)
        {
            // The status is sent already: a broken connection is the only way left to say that the answer is not whole.
            logger.LogError(failure, "Request {RequestId} failed after its answer had begun.", context.TraceIdentifier);
            context.Abort();
            return;
        }
        if (error.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["retry-after-ms"] = Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
        }
        foreach ((string name, string value) in error.Headers)
        {
            context.Response.Headers[name] = value;
        }
        context.Response.StatusCode = error.Status;
        await writeError(context, error);
    }

    private static Task WriteErrorAsync(HttpContext context, ApiException error) =>
        ApiJson.WriteAsync(context, new ErrorResponse(error.Error), ApiJson.Context.ErrorResponse);

    private ApiException Translate(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case ApiException error:
                return error;
            case TenancyException refusal:
                return TenancyErrors.From(refusal);
            case DatabaseUnavailableException unavailable:
                return ApiException.Unavailable(unavailable.Message, "database_unavailable", TenancyErrors.DatabasePatience);
            case BadHttpRequestException bad:
                return new ApiException(bad.StatusCode, new ErrorBody(bad.Message, ApiException.InvalidRequest, null, null));
            default:
                logger.LogError(failure, "Request {RequestId} to {Path} failed.", context.TraceIdentifier, context.Request.Path);
                return ApiException.Failed(
                    $"The server failed on this request. Its log has the details under {context.TraceIdentifier}.", "internal_error");
        }
    }
}
