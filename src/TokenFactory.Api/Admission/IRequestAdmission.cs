using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Admission;

/// <summary>Decides for whom a request runs. Safe for several threads.</summary>
public interface IRequestAdmission
{
    /// <summary>
    /// Identifies the caller before the body is read, so that a stranger costs nothing.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="bearerKey">The key of the <c>Authorization: Bearer</c> header; null where there is none.</param>
    /// <exception cref="ApiException">The caller may not use the API; the error is the answer.</exception>
    ValueTask<Caller> IdentifyAsync(HttpContext context, string? bearerKey);
}
