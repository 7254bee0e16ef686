using TokenFactory.Api.Admission;

namespace TokenFactory.Web.Hosting;

/// <summary>What browsers are told about pages, and that a password never travels in clear over a network.</summary>
internal static class SecurePages
{
    // Styles: the component library writes its theme and positions into the page. Scripts: files of this host alone.
    private const string ContentPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static readonly PathString[] NoPages = ["/v1", "/admin", "/health", "/metrics", "/openapi"];

    public static Task AddHeaders(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        if (IsPage(context))
        {
            headers.ContentSecurityPolicy = ContentPolicy;
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        }
        return next(context);
    }

    /// <summary>In Production, plain HTTP is answered to this machine only: to a tunnel, or a proxy that says who asks and by what.</summary>
    public static Task RequireHttps(HttpContext context, RequestDelegate next)
    {
        if (context.Request.IsHttps || context.IsFromHere() || !IsPage(context))
        {
            return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "The console's pages need HTTPS from other machines, because passwords travel here. Give a certificate (Kestrel:Certificates:Default) and an https address in --urls, "
            + "a proxy that terminates TLS (with ASPNETCORE_FORWARDEDHEADERS_ENABLED=true), or a tunnel, for instance ssh -L 5080:127.0.0.1:5080 HOST.\n");
    }

    /// <summary>Whether a request is for a page or what belongs to one, rather than for an API or a machine that watches.</summary>
    public static bool IsPage(HttpContext context) => !NoPages.Any(path => context.Request.Path.StartsWithSegments(path));
}
