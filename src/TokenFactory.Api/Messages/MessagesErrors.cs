using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Messages;

/// <summary>Refusals and failures in Anthropic's form.</summary>
internal static class MessagesErrors
{
    public static Task WriteAsync(HttpContext context, ApiException error) =>
        ApiJson.WriteAsync(context, Of(error, context.TraceIdentifier), ApiJson.Context.MessagesError);

    public static MessagesError Of(ApiException error, string requestId) => new(new MessagesErrorBody(TypeOf(error.Status), error.Error.Message), requestId);

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status404NotFound => "not_found_error",
        StatusCodes.Status413PayloadTooLarge => "request_too_large",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        StatusCodes.Status503ServiceUnavailable => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}

/// <summary>The body of every refusal and failure, as Anthropic sends it.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="RequestId">The request's id.</param>
public sealed record MessagesError(
    [property: JsonPropertyName("error")] MessagesErrorBody Error,
    [property: JsonPropertyName("request_id")] string RequestId)
{
    /// <summary>Always <c>error</c>.</summary>
    [JsonPropertyName("type")]
    public string Type => "error";
}

/// <summary>What went wrong.</summary>
/// <param name="Type">The class of error, by the HTTP status.</param>
/// <param name="Message">In words, with what to do about it.</param>
public sealed record MessagesErrorBody([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("message")] string Message);
