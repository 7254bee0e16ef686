using System.Buffers;

namespace TokenFactory.Tenancy.Data;

/// <summary>The form of the ids that clients know things by: a prefix and 32 hexadecimal digits.</summary>
internal static class PublicId
{
    private const int Digits = 32;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether there can be such an id. One from outside is asked this first: it may hold what a database refuses to compare with.</summary>
    public static bool IsOf(string prefix, string id) =>
        id.Length == prefix.Length + Digits && id.StartsWith(prefix, StringComparison.Ordinal) && !id.AsSpan(prefix.Length).ContainsAnyExcept(Hexadecimal);
}
