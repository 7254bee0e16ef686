using System.Net;
using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Admission;

/// <summary>Where a request comes from.</summary>
public static class LocalOrigin
{
    /// <summary>Whether a request comes from this machine itself and not through a proxy on it.</summary>
    public static bool IsFromHere(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");
}
