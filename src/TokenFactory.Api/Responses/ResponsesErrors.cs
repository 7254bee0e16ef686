using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Responses;

/// <summary>Refusals of the chat completion that a request was translated to, in the names that its client used.</summary>
internal static class ResponsesErrors
{
    /// <summary>Names of places in a chat completion and in a request for a response, the longer ones first.</summary>
    private static readonly (string Chat, string Own)[] Names =
    [
        ("response_format.json_schema", "text.format"), ("response_format", "text.format"), ("max_completion_tokens", "max_output_tokens"),
        ("reasoning_effort", "reasoning.effort"), ("].function", "]"), ("max_tokens", "max_output_tokens"),
    ];

    public static Task WriteAsync(HttpContext context, ApiException error) =>
        ApiJson.WriteAsync(context, new ErrorResponse(Rename(error.Error)), ApiJson.Context.ErrorResponse);

    private static ErrorBody Rename(ErrorBody error) => error with
    {
        Message = Rename(error.Message),
        Param = error.Param switch
        {
            "response_format" => "text",
            "reasoning_effort" => "reasoning",
            "max_completion_tokens" or "max_tokens" => "max_output_tokens",
            "messages" => "input",
            _ => error.Param,
        },
    };

    private static string Rename(string message)
    {
        foreach ((string chat, string own) in Names)
        {
            message = message.Replace(chat, own, StringComparison.Ordinal);
        }
        return message;
    }
}
