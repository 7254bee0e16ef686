using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Errors;

/// <summary>What the engine's refusals and broken-off generations are over HTTP.</summary>
internal static class EngineErrors
{
    /// <param name="rejection">The engine's refusal.</param>
    /// <param name="promptField">The wire name of the field that holds the prompt.</param>
    public static ApiException From(Rejection rejection, string promptField) => rejection.Kind switch
    {
        RejectionKind.PromptTooLong => ApiException.Invalid(rejection.Message, promptField, "context_length_exceeded"),
        RejectionKind.InvalidParameter => ApiException.Invalid(rejection.Message, rejection.Parameter == "prompt" ? promptField : rejection.Parameter),
        RejectionKind.QueueFull => ApiException.Unavailable(rejection.Message, "server_is_overloaded", rejection.RetryAfter ?? TimeSpan.FromSeconds(1)),
        RejectionKind.Draining => ApiException.Unavailable(rejection.Message, "model_draining", rejection.RetryAfter),
        _ => ApiException.Unavailable(rejection.Message, "model_unavailable", rejection.RetryAfter),
    };

    /// <summary>The error of a generation that ended otherwise than by its own rules; null where it ended well.</summary>
    public static ApiException? From(GenerationOutcome outcome) => outcome.Reason switch
    {
        FinishReason.Stop or FinishReason.Length => null,
        FinishReason.Cancelled => ApiException.Unavailable("The request was cancelled.", "request_cancelled"),
        FinishReason.Abandoned => ApiException.Unavailable("The client did not read its answer for too long, so the request was ended.", "request_abandoned"),
        _ => ApiException.Failed($"The request failed while it was computed: {outcome.Error ?? "no reason was given."}", "generation_failed"),
    };
}
