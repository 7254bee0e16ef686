using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace TokenFactory.Web.Access.SignIn;

/// <summary>
/// How often one address may try to sign in. Checking a password is slow on purpose: without a bound, a flood of wrong ones would take the
/// processor from the engine.
/// </summary>
internal static class SignInRate
{
    private const int MostTries = 30;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void Limit(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsTry(context.Request)
            ? RateLimitPartition.GetFixedWindowLimiter($"{context.Connection.RemoteIpAddress}", _ => new FixedWindowRateLimiterOptions { PermitLimit = MostTries, Window = Window })
            : RateLimitPartition.GetNoLimiter(""));
        limiter.OnRejected = static async (rejected, cancellation) =>
        {
            HttpResponse response = rejected.HttpContext.Response;
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = Window.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync("Too many tries to sign in from your address. Wait a minute, then try again.\n", cancellation);
        };
    }

    private static bool IsTry(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && (request.Path.StartsWithSegments(SignInPaths.SignIn) || request.Path.StartsWithSegments(SignInPaths.Password));
}
