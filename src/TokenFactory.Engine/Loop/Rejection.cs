namespace TokenFactory.Engine.Loop;

/// <summary>Why the engine did not take a request.</summary>
public enum RejectionKind
{
    /// <summary>The prompt leaves no room for a token in the context.</summary>
    PromptTooLong,

    /// <summary>A parameter cannot be honoured.</summary>
    InvalidParameter,

    /// <summary>As many requests or tokens wait as the policy allows.</summary>
    QueueFull,

    /// <summary>The model is draining before it is unloaded.</summary>
    Draining,

    /// <summary>The engine stopped or its executor failed for good.</summary>
    Unavailable,
}

/// <summary>A refusal, in words for the client.</summary>
/// <param name="Kind">What kind of refusal.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Parameter">The request's parameter at fault, by its wire name.</param>
/// <param name="RetryAfter">When a retry may succeed, from the measured drain rate.</param>
public sealed record Rejection(RejectionKind Kind, string Message, string? Parameter = null, TimeSpan? RetryAfter = null);
