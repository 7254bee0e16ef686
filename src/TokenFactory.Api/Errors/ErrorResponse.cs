using System.Text.Json.Serialization;

namespace TokenFactory.Api.Errors;

/// <summary>The body of every refusal and failure, as OpenAI sends it.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record ErrorResponse([property: JsonPropertyName("error")] ErrorBody Error);

/// <summary>What went wrong with a request.</summary>
/// <param name="Message">In words, with what to do about it.</param>
/// <param name="Type">The class of error: <c>invalid_request_error</c>, <c>service_unavailable_error</c>, <c>server_error</c>, or what ran out: <c>requests</c>, <c>tokens</c> or <c>insufficient_quota</c>.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Code">A stable name of the error for programs, or null.</param>
public sealed record ErrorBody(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("param")] string? Param,
    [property: JsonPropertyName("code")] string? Code);
