namespace TokenFactory.Api.Responses;

/// <summary>Bounds of responses that are kept.</summary>
public sealed class ResponseLimits
{
    /// <summary>What all responses of a tenant may hold together, their input among it, in characters; of more the oldest are removed.</summary>
    public long MaxTenantCharacters { get; set; } = 1024 * 1024 * 1024;

    internal IEnumerable<(string Key, long Value)> Values => [($"{nameof(ApiOptions.Responses)}:{nameof(MaxTenantCharacters)}", MaxTenantCharacters)];
}
