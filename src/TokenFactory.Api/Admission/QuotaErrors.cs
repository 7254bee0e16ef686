using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Admission;

/// <summary>What a quota's refusals are over HTTP. Texts name the limit and never what was spent of it.</summary>
internal static class QuotaErrors
{
    public static ApiException From(QuotaRefusal refusal)
    {
        string name = refusal.Feature is { } feature ? $"uses of {feature}" : WireNames.Of(refusal.Limit);
        string whose = refusal.Scope == QuotaScope.Key ? "this key" : "this tenant";
        string limit = string.Create(CultureInfo.InvariantCulture, $"{name} of {whose} (limit {refusal.Amount})");
        bool isTemporary = refusal is { IsRate: true, RetryAfter: not null };
        string advice = Advise(refusal);
        ErrorBody body = refusal.IsRate
            ? new ErrorBody($"Rate limit reached: {limit}. {advice}", refusal.Limit == LimitName.TokensPerMinute ? "tokens" : "requests", null, "rate_limit_exceeded")
            : new ErrorBody($"Quota used up: {limit}. {advice}", "insufficient_quota", null, "insufficient_quota");
        List<KeyValuePair<string, string>> headers =
        [
            new("rate_limit_type", WireNames.Of(refusal.Limit)),
            new("rate_limit_scope", WireNames.Of(refusal.Scope)),
            new("x-should-retry", isTemporary ? "true" : "false"),
        ];
        if (refusal.ResetAt is { } reset)
        {
            headers.Add(new("reset_at", reset.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)));
        }
        return new ApiException(StatusCodes.Status429TooManyRequests, body, refusal.RetryAfter) { Headers = headers };
    }

    private static string Advise(QuotaRefusal refusal)
    {
        if (refusal.RetryAfter is not { } wait)
        {
            return refusal.Amount == 0 ? "It allows none." : "This request alone is larger than the limit: ask for fewer tokens.";
        }
        return refusal.ResetAt is { } reset
            ? string.Create(CultureInfo.InvariantCulture, $"It begins anew at {reset.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
            : $"Try again in {RateHeaders.Duration(wait)}.";
    }
}
