namespace TokenFactory.Models.Hub;

/// <summary>Which hub, as whom.</summary>
public sealed class HubOptions
{
    /// <summary>The hub's address; null: the environment's <c>HF_ENDPOINT</c>, else https://huggingface.co.</summary>
    public string? Endpoint { get; set; }

    /// <summary>A token for repositories that need one; null: the environment's <c>HF_TOKEN</c>, else none. It is sent to the hub's own host only, and never shown.</summary>
    public string? Token { get; set; }

    /// <summary>How often a request is tried where the hub does not answer, breaks off or is overloaded.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>How long to wait before the second attempt; doubles with each.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest that a hub's own <c>Retry-After</c> is waited for.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The hub's address, without a slash at its end.</summary>
    /// <exception cref="HubException">It is no address.</exception>
    public Uri ResolveEndpoint()
    {
        string text = Endpoint ?? Environment.GetEnvironmentVariable("HF_ENDPOINT") ?? "https://huggingface.co";
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address!
            : throw new HubException(HubProblem.BadName, $"The hub's address \"{text}\" is none. Set TokenFactory:Hub:Endpoint to one such as https://huggingface.co.");
    }

    /// <summary>The token to send; null for none.</summary>
    public string? ResolveToken()
    {
        string? token = Token ?? Environment.GetEnvironmentVariable("HF_TOKEN");
        return string.IsNullOrWhiteSpace(token) ? null : token.Trim();
    }
}
