namespace TokenFactory.Tenancy.Prices;

/// <summary>What a model's tokens cost from an instant on, until its next price begins.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="Model">The model's name, or <see cref="Any"/> for models without a price of their own.</param>
/// <param name="ValidFrom">From when on; the beginning of an hour of UTC, because usage is summed by the hour.</param>
/// <param name="Currency">ISO 4217 code, for instance <c>EUR</c>.</param>
/// <param name="Prompt">Price of a million prompt tokens that were computed.</param>
/// <param name="Cached">Price of a million prompt tokens that came from the cache.</param>
/// <param name="Generated">Price of a million generated tokens.</param>
public sealed record ModelPrice(
    Guid Id, string Model, DateTimeOffset ValidFrom, string Currency, decimal Prompt, decimal Cached, decimal Generated)
{
    /// <summary>Stands for every model that has no price of its own.</summary>
    public const string Any = "*";

    private const decimal Million = 1_000_000m;

    /// <summary>What tokens cost. Exact: the result has every digit.</summary>
    /// <param name="prompt">All prompt tokens, those from the cache among them.</param>
    /// <param name="cached">Those of them from the cache.</param>
    /// <param name="generated">Generated tokens.</param>
    public decimal CostOf(long prompt, long cached, long generated) =>
        (((prompt - cached) * Prompt) + (cached * Cached) + (generated * Generated)) / Million;
}
