using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Admission;

/// <summary>Reads the key that a request carries.</summary>
internal static class BearerKey
{
    private const string Scheme = "Bearer ";
    private const string Header = "x-api-key";

    /// <summary>The key by either header: <c>Authorization</c>, or <c>x-api-key</c>, which Anthropic's clients send.</summary>
    public static string? ReadAny(HttpRequest request) => Read(request) ?? (request.Headers[Header].ToString() is { Length: > 0 } key ? key.Trim() : null);

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
