using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Errors;

/// <summary>A request that is answered with an error. The message is for the client.</summary>
public sealed class ApiException : Exception
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServiceUnavailable = "service_unavailable_error";
    public const string ServerError = "server_error";

    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The body.</param>
    /// <param name="retryAfter">When a retry may succeed, where that is known.</param>
    public ApiException(int status, ErrorBody error, TimeSpan? retryAfter = null)
        : base(error.Message)
    {
        Status = status;
        Error = error;
        RetryAfter = retryAfter;
    }

    public int Status { get; }

    public ErrorBody Error { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>Further headers of the answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>A request that cannot be honoured as it is: 400.</summary>
    public static ApiException Invalid(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, new ErrorBody(message, InvalidRequest, param, code));

    /// <summary>A caller who is known and has no right to it: 403.</summary>
    public static ApiException Forbidden(string message, string code) =>
        new(StatusCodes.Status403Forbidden, new ErrorBody(message, InvalidRequest, null, code));

    /// <summary>Nothing is there: 404.</summary>
    public static ApiException NotFound(string message) => new(StatusCodes.Status404NotFound, new ErrorBody(message, InvalidRequest, null, "not_found"));

    /// <summary>No such method and path: 404.</summary>
    public static ApiException NoRoute(HttpRequest request) => NotFound($"There is no {request.Method} {request.Path} here.");

    /// <summary>A server that cannot take the request now: 503.</summary>
    public static ApiException Unavailable(string message, string code, TimeSpan? retryAfter = null) =>
        new(StatusCodes.Status503ServiceUnavailable, new ErrorBody(message, ServiceUnavailable, null, code), retryAfter);

    /// <summary>A server that failed: 500.</summary>
    public static ApiException Failed(string message, string code) =>
        new(StatusCodes.Status500InternalServerError, new ErrorBody(message, ServerError, null, code));
}
