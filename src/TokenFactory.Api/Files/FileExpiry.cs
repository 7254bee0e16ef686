using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Files;

/// <summary>How long files stay: <c>expires_after</c>, counted from when they are made.</summary>
internal static class FileExpiry
{
    public const string Anchor = "created_at";

    private const long Least = 3600;
    private const long Most = 30 * 24 * 3600;

    /// <summary>How long an input of batches stays where nothing is said.</summary>
    public static TimeSpan Usual { get; } = TimeSpan.FromSeconds(Most);

    /// <summary>Checks what a client asks for.</summary>
    /// <param name="anchor">From when it counts; null: not given.</param>
    /// <param name="seconds">How long; null: not given.</param>
    /// <param name="field">The wire name of both, for messages.</param>
    /// <returns>The seconds; null where neither is given.</returns>
    /// <exception cref="ApiException">Only one is given, or one cannot be.</exception>
    public static long? Check(string? anchor, long? seconds, string field)
    {
        if (anchor is null && seconds is null)
        {
            return null;
        }
        if (anchor != Anchor)
        {
            throw ApiException.Invalid($"{field} needs the anchor {Anchor}; there is no other.", field);
        }
        return seconds is >= Least and <= Most
            ? seconds
            : throw ApiException.Invalid($"{field} needs seconds from {Least} (an hour) to {Most} (30 days).", field);
    }
}
