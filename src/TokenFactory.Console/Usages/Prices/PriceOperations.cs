using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Web.Access;

namespace TokenFactory.Web.Usages.Prices;

/// <summary>What visitors do to the price table; the price book writes the audit.</summary>
public sealed class PriceOperations(PriceBook prices, Visitor visitor)
{
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<PriceTable> ReadAsync() => prices.ReadAsync();

    /// <exception cref="TenancyException">A field makes no sense.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The visitor may not do it.</exception>
    public async Task AddAsync(ModelPrice price) => await prices.AddAsync(await visitor.DemandAsync(Permission.ManageQuotas), price);

    /// <inheritdoc cref="AddAsync"/>
    public async Task RemoveAsync(Guid id) => await prices.RemoveAsync(await visitor.DemandAsync(Permission.ManageQuotas), id);
}
