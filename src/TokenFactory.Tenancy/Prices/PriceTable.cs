namespace TokenFactory.Tenancy.Prices;

/// <summary>All prices, past and to come. Immutable.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<string, ModelPrice[]> _byModel;

    public PriceTable(IReadOnlyList<ModelPrice> prices)
    {
        Prices = [.. prices.OrderBy(price => price.Model, StringComparer.Ordinal).ThenByDescending(price => price.ValidFrom)];
        _byModel = Prices.GroupBy(price => price.Model).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>By model, the newest first.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; }

    /// <summary>The price of a model at an instant: its own, or else that of any model; null where neither had begun.</summary>
    public ModelPrice? Find(string model, DateTimeOffset at) => Newest(model, at) ?? Newest(ModelPrice.Any, at);

    private ModelPrice? Newest(string model, DateTimeOffset at) => _byModel.GetValueOrDefault(model)?.FirstOrDefault(price => price.ValidFrom <= at);
}
