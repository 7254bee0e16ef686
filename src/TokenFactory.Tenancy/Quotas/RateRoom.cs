namespace TokenFactory.Tenancy.Quotas;

/// <summary>What the limits a minute leave, for the <c>x-ratelimit-*</c> headers; null where there is no such limit.</summary>
/// <param name="RequestLimit">Requests a minute.</param>
/// <param name="RequestsLeft">Requests that fit now.</param>
/// <param name="RequestReset">Until the bucket of requests is full.</param>
/// <param name="TokenLimit">Tokens a minute.</param>
/// <param name="TokensLeft">Tokens that fit now.</param>
/// <param name="TokenReset">Until the bucket of tokens is full.</param>
public readonly record struct RateRoom(
    long? RequestLimit, long? RequestsLeft, TimeSpan? RequestReset, long? TokenLimit, long? TokensLeft, TimeSpan? TokenReset);
