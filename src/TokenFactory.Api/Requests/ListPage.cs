using System.Text.Json.Serialization;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Api.Requests;

/// <summary>A page of a list.</summary>
/// <param name="Data">Its items.</param>
/// <param name="FirstId">The first item's id; null where there is none.</param>
/// <param name="LastId">The last item's id, with which <c>after</c> asks for the next page.</param>
/// <param name="HasMore">Whether there is a next page.</param>
public sealed record ListPage<T>(
    [property: JsonPropertyName("data")] IReadOnlyList<T> Data,
    [property: JsonPropertyName("first_id")] string? FirstId,
    [property: JsonPropertyName("last_id")] string? LastId,
    [property: JsonPropertyName("has_more")] bool HasMore)
{
    /// <summary>Always <c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "list";
}

/// <summary>Makes pages of what the database has.</summary>
internal static class ListPages
{
    public static ListPage<TView> Of<T, TView>(Page<T> page, Func<T, TView> view, Func<T, string> id) => new(
        [.. page.Items.Select(view)], page.Items.Count == 0 ? null : id(page.Items[0]), page.Items.Count == 0 ? null : id(page.Items[^1]), page.HasMore);
}
