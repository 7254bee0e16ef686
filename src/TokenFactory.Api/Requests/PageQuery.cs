using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="After">The id of the item before it; null: it is the first part.</param>
/// <param name="Limit">Most items.</param>
/// <param name="IsDescending">Whether the newest come first.</param>
internal readonly record struct PageQuery(string? After, int Limit, bool IsDescending)
{
    /// <summary>Reads <c>after</c>, <c>limit</c> and <c>order</c> of a query string.</summary>
    /// <exception cref="ApiException">One of them has a value that it cannot have.</exception>
    public static PageQuery Read(HttpRequest request, int usual, int most)
    {
        string after = request.Query["after"].ToString();
        return new PageQuery(after.Length == 0 ? null : after, ReadLimit(request.Query["limit"].ToString(), usual, most), request.Query["order"].ToString() switch
        {
            "" or "desc" => true,
            "asc" => false,
            _ => throw ApiException.Invalid("order must be asc or desc.", "order"),
        });
    }

    private static int ReadLimit(string text, int usual, int most)
    {
        if (text.Length == 0)
        {
            return usual;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit >= 1 && limit <= most
            ? limit
            : throw ApiException.Invalid($"limit must be a whole number from 1 to {most}.", "limit");
    }
}
