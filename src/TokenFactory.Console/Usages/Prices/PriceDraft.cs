using System.Globalization;
using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Web.Usages.Prices;

/// <summary>A price as it is typed.</summary>
public sealed class PriceDraft
{
    private const string Hour = "yyyy-MM-ddTHH:mm";

    public string Model { get; set; } = ModelPrice.Any;

    /// <summary>In UTC, as a browser's field for date and time has it.</summary>
    public string ValidFrom { get; set; } = "";

    public string Currency { get; set; } = "EUR";

    public string Prompt { get; set; } = "";

    public string Cached { get; set; } = "";

    public string Generated { get; set; } = "";

    /// <summary>An empty draft that begins with the present hour.</summary>
    public static PriceDraft At(DateTimeOffset now) => new() { ValidFrom = $"{now.UtcDateTime.ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture)}:00" };

    /// <summary>Reads it.</summary>
    /// <param name="problems">What cannot be read, by the field's wire name.</param>
    /// <returns>The price; null where there are problems.</returns>
    public ModelPrice? Read(out Dictionary<string, string> problems)
    {
        Dictionary<string, string> found = [];
        DateTimeOffset from = default;
        if (!DateTime.TryParse(ValidFrom, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime typed))
        {
            found["valid_from"] = $"This is no date and time; write it as {Hour}, in UTC.";
        }
        else
        {
            from = new DateTimeOffset(typed, TimeSpan.Zero);
        }
        ModelPrice price = new(default, Model.Trim(), from, Currency.Trim().ToUpperInvariant(), Amount(Prompt, "prompt"), Amount(Cached, "cached"), Amount(Generated, "generated"));
        problems = found;
        return found.Count == 0 ? price : null;

        decimal Amount(string text, string field)
        {
            if (decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal amount))
            {
                return amount;
            }
            found[field] = "This is no number; write for instance 0.15.";
            return 0;
        }
    }
}
