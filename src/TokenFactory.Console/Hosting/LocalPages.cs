using TokenFactory.Api.Admission;

namespace TokenFactory.Web.Hosting;

/// <summary>
/// Shows pages to this machine only: whoever sees them may cancel requests and change policies, and there is no sign-in yet. The API
/// has its keys and is not concerned.
/// </summary>
internal static class LocalPages
{
    private static readonly PathString[] Open = ["/v1", "/admin", "/health", "/metrics", "/openapi"];

    public static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.IsFromHere() || Open.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "The console's pages are shown on the machine itself only, because they have no sign-in yet. Use a tunnel, for instance ssh -L 5080:127.0.0.1:5080 HOST.\n");
    }
}
