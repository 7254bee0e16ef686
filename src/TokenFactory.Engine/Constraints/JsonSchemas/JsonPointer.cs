using System.Globalization;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Paths into a JSON document (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string name) => $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Append(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    public static string[] Split(string pointer) => [.. pointer.Split('/').Skip(1).Select(Unescape)];

    private static string Unescape(string token) => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
