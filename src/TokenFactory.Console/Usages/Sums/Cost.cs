using System.Globalization;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Web.Usages.Sums;

/// <summary>What usage costs: an amount in each currency that prices are in, and how many requests have no price. Immutable, exact.</summary>
public sealed class Cost
{
    private const string NoPrice = "no price";

    private readonly SortedDictionary<string, decimal> _amounts;

    private Cost(SortedDictionary<string, decimal> amounts, long unpriced)
    {
        _amounts = amounts;
        Unpriced = unpriced;
    }

    /// <summary>Of no usage.</summary>
    public static Cost None { get; } = new(new SortedDictionary<string, decimal>(StringComparer.Ordinal), 0);

    /// <summary>By currency code.</summary>
    public IReadOnlyDictionary<string, decimal> Amounts => _amounts;

    /// <summary>Requests whose model had no price then.</summary>
    public long Unpriced { get; }

    /// <summary>The cost of an hour's usage: a price begins with an hour, so one price holds for all of it.</summary>
    public static Cost Of(UsageSum hour, PriceTable prices) => prices.Find(hour.Model, hour.Start) is { } price
        ? new Cost(new SortedDictionary<string, decimal>(StringComparer.Ordinal) { [price.Currency] = price.CostOf(hour.PromptTokens, hour.CachedTokens, hour.GeneratedTokens) }, 0)
        : new Cost(None._amounts, hour.Requests);

    public static Cost In(string currency, decimal amount) => new(new SortedDictionary<string, decimal>(StringComparer.Ordinal) { [currency] = amount }, 0);

    /// <summary>Only what has no price.</summary>
    public Cost WithoutAmounts() => new(None._amounts, Unpriced);

    public Cost Plus(Cost other)
    {
        SortedDictionary<string, decimal> sum = new(_amounts, StringComparer.Ordinal);
        foreach ((string currency, decimal amount) in other._amounts)
        {
            sum[currency] = sum.GetValueOrDefault(currency) + amount;
        }
        return new Cost(sum, Unpriced + other.Unpriced);
    }

    /// <summary>For people: four decimals at most, and never 0 for what has no price.</summary>
    public override string ToString()
    {
        string amounts = string.Join(" + ", _amounts.Select(pair => $"{Text(pair.Value)} {pair.Key}"));
        return (amounts.Length, Unpriced) switch
        {
            (0, 0) => "–",
            (0, _) => NoPrice,
            (_, 0) => amounts,
            _ => string.Create(CultureInfo.InvariantCulture, $"{amounts}, {Unpriced:N0} without a price"),
        };
    }

    /// <summary>An amount that is not 0 is never shown as 0.</summary>
    private static string Text(decimal amount) => amount is > 0 and < 0.0001m ? "< 0.0001" : amount.ToString("#,0.00##", CultureInfo.InvariantCulture);
}
