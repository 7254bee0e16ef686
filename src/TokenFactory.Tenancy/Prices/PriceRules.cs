using System.Text.RegularExpressions;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Tenancy.Prices;

/// <summary>Checks a price before it is written.</summary>
internal static partial class PriceRules
{
    private const int MostModel = 200;

    // With these bounds the cost of up to 10^15 tokens has at most 28 digits, which is what a decimal holds exactly.
    private const decimal Most = 1_000_000m;
    private const int MostDecimals = 6;

    public static void Check(ModelPrice price)
    {
        if (string.IsNullOrWhiteSpace(price.Model) || price.Model.Length > MostModel)
        {
            throw Wrong("model", $"model must be a model's name of 1 to {MostModel} characters, or {ModelPrice.Any} for all models without a price of their own.");
        }
        if (price.Currency is null || !CurrencyForm().IsMatch(price.Currency))
        {
            throw Wrong("currency", "currency must be a code of three capital letters (ISO 4217), for instance EUR.");
        }
        if (price.ValidFrom.UtcTicks % TimeSpan.TicksPerHour != 0)
        {
            throw Wrong("valid_from", "valid_from must be the beginning of an hour of UTC, because usage is summed by the hour.");
        }
        Amount(price.Prompt, "prompt");
        Amount(price.Cached, "cached");
        Amount(price.Generated, "generated");
    }

    private static void Amount(decimal amount, string field)
    {
        if (amount is < 0 or > Most || decimal.Round(amount, MostDecimals) != amount)
        {
            throw Wrong(field, FormattableString.Invariant($"{field} is {amount}; a price is from 0 to {Most:N0} a million tokens, with at most {MostDecimals} decimals."));
        }
    }

    private static TenancyException Wrong(string field, string message) => new(TenancyProblem.Invalid, message, field);

    [GeneratedRegex("^[A-Z]{3}\\z")]
    private static partial Regex CurrencyForm();
}
