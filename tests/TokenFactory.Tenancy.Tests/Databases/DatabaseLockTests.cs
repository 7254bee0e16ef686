using TokenFactory.Tenancy.Data;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Databases;

public sealed class DatabaseLockTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Lock_HeldByAnother_IsRefusedUntilItIsLetGo(DatabaseKind kind)
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(kind);
        await using (await test.Database.LockAsync(TestContext.Current.CancellationToken))
        {
            DatabaseUnavailableException refusal = await Assert.ThrowsAsync<DatabaseUnavailableException>(
                () => test.Database.LockAsync(TestContext.Current.CancellationToken));
            Assert.Contains("Another server", refusal.Message);
        }

        await (await test.Database.LockAsync(TestContext.Current.CancellationToken)).DisposeAsync();
    }
}
