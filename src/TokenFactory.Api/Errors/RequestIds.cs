using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Errors;

/// <summary>The id under which a request is found in logs and answers.</summary>
internal static class RequestIds
{
    public const string Header = "x-request-id";

    private const int MostCharacters = 128;

    /// <summary>The client's own id where it is sane (letters, digits and <c>-_.:</c>, at most 128), else a new one.</summary>
    public static string Choose(HttpRequest request)
    {
        string? offered = request.Headers[Header];
        return offered is { Length: > 0 and <= MostCharacters } && offered.All(IsSane) ? offered : $"req_{Guid.NewGuid():N}";
    }

    private static bool IsSane(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':';
}
