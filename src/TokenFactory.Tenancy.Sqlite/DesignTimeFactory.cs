using Microsoft.EntityFrameworkCore.Design;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Tenancy.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add</c> make a context; nothing else uses it.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<TenancyDbContext>
{
    public TenancyDbContext CreateDbContext(string[] args) => TenancyDatabase.At("Data Source=design-time.db").Open();
}
