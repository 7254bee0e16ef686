using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// The engine's door, on the caller's thread: checks a request against the model's bounds and the queue's. Requests on their way to the
/// loop count as waiting, so that a burst cannot slip past the bound.
/// </summary>
internal sealed class EngineAdmission(EngineCore core, EngineOptions options)
{
    private int _arriving;
    private long _arrivingTokens;
    private volatile bool _draining;

    /// <summary>Accepted requests that the loop has not taken in yet.</summary>
    public int Arriving => Volatile.Read(ref _arriving);

    public bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    public static Rejection Stopped(string model) => new(RejectionKind.Unavailable, $"The engine of {model} has stopped. Load the model again.");

    /// <summary>Why a request is refused; null where it is accepted, and counted as arriving until <see cref="Leave"/>.</summary>
    public Rejection? FindRejection(GenerationRequest request)
    {
        if (core.Status.Fault is { } fault)
        {
            return new Rejection(RejectionKind.Unavailable, fault);
        }
        if (_draining)
        {
            return new Rejection(RejectionKind.Draining, $"{options.ModelName} is draining and takes no new requests.");
        }
        return FindProblem(request) ?? Enter(request);
    }

    public void Leave(GenerationRequest request)
    {
        Interlocked.Decrement(ref _arriving);
        Interlocked.Add(ref _arrivingTokens, -request.Prompt.Length);
    }

    private Rejection? FindProblem(GenerationRequest request)
    {
        int vocabulary = core.Limits.VocabularySize;
        if (request.Prompt.Length == 0)
        {
            return new Rejection(RejectionKind.InvalidParameter, "The prompt has no tokens.", "prompt");
        }
        if (request.Embeds && core.Limits.PooledWidth == 0)
        {
            return new Rejection(RejectionKind.InvalidParameter, $"{options.ModelName} cannot embed texts. Ask another model.", "model");
        }
        if (request.Prompt.Length > core.MaxContext || (request.Prompt.Length == core.MaxContext && !request.Embeds))
        {
            string together = request.Embeds ? "" : ", prompt and answer together";
            return new Rejection(
                RejectionKind.PromptTooLong,
                $"The prompt has {request.Prompt.Length} tokens; the context of {options.ModelName} is {core.MaxContext} tokens{together}. Shorten the prompt.",
                "messages");
        }
        if (request.MaxNewTokens is < 1)
        {
            return new Rejection(RejectionKind.InvalidParameter, $"max_tokens is {request.MaxNewTokens}; it must be at least 1.", "max_tokens");
        }
        if (!(request.TenantWeight > 0))
        {
            return new Rejection(RejectionKind.InvalidParameter, "The tenant's weight must be above 0.");
        }
        foreach (int token in request.Prompt)
        {
            if ((uint)token >= (uint)vocabulary)
            {
                return new Rejection(RejectionKind.InvalidParameter, $"The prompt holds token {token}; this model's tokens run from 0 to {vocabulary - 1}.", "prompt");
            }
        }
        return SamplingParametersValidator.FindProblem(request.Sampling, vocabulary) is { } problem
            ? new Rejection(RejectionKind.InvalidParameter, problem.Message, problem.Parameter)
            : null;
    }

    private Rejection? Enter(GenerationRequest request)
    {
        int requests = Interlocked.Increment(ref _arriving) + core.WaitingRequests;
        long tokens = Interlocked.Add(ref _arrivingTokens, request.Prompt.Length) + core.WaitingTokens;
        Scheduling.BatchPolicy policy = core.Policies.Current.Policy;
        if (requests <= policy.QueueRequests && tokens <= policy.QueueTokens)
        {
            return null;
        }
        Leave(request);
        return new Rejection(
            RejectionKind.QueueFull,
            $"The queue of {options.ModelName} is full: {requests - 1} requests with {tokens - request.Prompt.Length} prompt tokens wait. Try again later.",
            RetryAfter: core.Drain.TimeFor(requests));
    }
}
