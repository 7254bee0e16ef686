using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Admission;

/// <summary>The headers that tell a client what its limits a minute leave.</summary>
internal static class RateHeaders
{
    public static void Write(IHeaderDictionary headers, in RateRoom room)
    {
        if (room is { RequestLimit: { } requests, RequestsLeft: { } requestsLeft })
        {
            headers["x-ratelimit-limit-requests"] = Text(requests);
            headers["x-ratelimit-remaining-requests"] = Text(Math.Max(0, requestsLeft));
            headers["x-ratelimit-reset-requests"] = Duration(room.RequestReset ?? TimeSpan.Zero);
        }
        if (room is { TokenLimit: { } tokens, TokensLeft: { } tokensLeft })
        {
            headers["x-ratelimit-limit-tokens"] = Text(tokens);
            headers["x-ratelimit-remaining-tokens"] = Text(Math.Max(0, tokensLeft));
            headers["x-ratelimit-reset-tokens"] = Duration(room.TokenReset ?? TimeSpan.Zero);
        }
    }

    /// <summary>A duration as OpenAI writes them: <c>12ms</c>, <c>1s</c>, <c>6m0s</c>, <c>1h0m0s</c>; rounded up.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(Math.Max(0, time.TotalMilliseconds))}ms");
        }
        long seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds switch
        {
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}h{seconds / 60 % 60}m{seconds % 60}s"),
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
