using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A model's price as the database has it.</summary>
internal sealed class PriceRow
{
    public Guid Id { get; set; }

    public required string Model { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public required string Currency { get; set; }

    public decimal Prompt { get; set; }

    public decimal Cached { get; set; }

    public decimal Generated { get; set; }

    public static PriceRow Of(ModelPrice price) => new()
    {
        Id = price.Id,
        Model = price.Model,
        ValidFrom = price.ValidFrom,
        Currency = price.Currency,
        Prompt = price.Prompt,
        Cached = price.Cached,
        Generated = price.Generated,
    };

    public ModelPrice ToPrice() => new(Id, Model, ValidFrom, Currency, Prompt, Cached, Generated);
}
