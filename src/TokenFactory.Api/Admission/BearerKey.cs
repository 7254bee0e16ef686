using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Admission;

/// <summary>Reads the key that a request carries.</summary>
internal static class BearerKey
{
    private const string Scheme = "Bearer ";

    /// <summary>The key of the <c>Authorization</c> header, or null where the header is absent or of another scheme.</summary>
    public static string? Read(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        string key = header[Scheme.Length..].Trim();
        return key.Length == 0 ? null : key;
    }
}
