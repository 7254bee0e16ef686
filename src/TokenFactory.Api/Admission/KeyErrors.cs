using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Admission;

/// <summary>What refused keys are over HTTP.</summary>
internal static class KeyErrors
{
    public static ApiException Missing() => Unauthorized("This request has no key. Send one as 'Authorization: Bearer tf-…' or as 'x-api-key: tf-…'.");

    public static ApiException From(KeyVerdict verdict) => verdict switch
    {
        KeyVerdict.Malformed => Unauthorized("This is no key of this server: keys are tf- and 43 characters. Check that it was copied whole."),
        KeyVerdict.Expired => Unauthorized("This key has expired. Ask your administrator for a new one."),
        KeyVerdict.Revoked => Unauthorized("This key was revoked. Ask your administrator for a new one."),
        KeyVerdict.TenantSuspended => ApiException.Forbidden("The tenant of this key is suspended. Ask your administrator.", "tenant_suspended"),
        KeyVerdict.TenantDeleted => ApiException.Forbidden("The tenant of this key was deleted. Ask your administrator.", "tenant_deleted"),
        _ => Unauthorized("This server does not know this key. Check that it belongs to this server, and is not an administrator's."),
    };

    private static ApiException Unauthorized(string message) =>
        new(StatusCodes.Status401Unauthorized, new ErrorBody(message, ApiException.InvalidRequest, null, "invalid_api_key"))
        {
            Headers = [new("WWW-Authenticate", "Bearer")],
        };
}
