using System.Globalization;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Api.Responses;

/// <summary>
/// Ids of the items of a response: a prefix by their kind, the response's own 32 digits, and their number in it, its input first. So an
/// item's id tells which response has it. For one thread at a time.
/// </summary>
/// <param name="responseId">The response.</param>
internal sealed class ItemIds(string responseId)
{
    public const string Response = StoredResponse.IdPrefix;

    private const int Digits = 32;
    private const int NumberDigits = 6;

    private readonly string _digits = responseId[Response.Length..];
    private int _next;

    /// <summary>The id of the next item.</summary>
    /// <param name="type">Its type.</param>
    public string Next(string type) => string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(type)}_{_digits}{_next++:x6}");

    /// <summary>The id of the response that has an item; null where no response of this server's can have it.</summary>
    public static string? ResponseOf(string itemId)
    {
        int start = itemId.IndexOf('_') + 1;
        return start > 0 && itemId.Length == start + Digits + NumberDigits ? string.Concat(Response, itemId.AsSpan(start, Digits)) : null;
    }

    private static string PrefixOf(string type) => type switch
    {
        ResponseItem.Reasoning => "rs",
        ResponseItem.Call => "fc",
        ResponseItem.CallOutput => "fco",
        _ => "msg",
    };
}
