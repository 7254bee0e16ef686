namespace TokenFactory.Tenancy.Data;

/// <summary>A part of a list.</summary>
/// <param name="Items">Its items, in the list's order.</param>
/// <param name="HasMore">Whether others follow.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore)
{
    /// <summary>A page of at most <paramref name="limit"/> items, from a reading of one more.</summary>
    internal static Page<T> Of(List<T> read, int limit) => read.Count > limit ? new Page<T>(read[..limit], true) : new Page<T>(read, false);
}
