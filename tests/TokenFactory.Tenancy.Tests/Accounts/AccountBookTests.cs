using System.Globalization;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Accounts;

/// <summary>The accounts, on each database.</summary>
public abstract class AccountBookTests(DatabaseKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    private TestDatabase _test = null!;
    private AccountBook _accounts = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _accounts = new AccountBook(_test.Database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Account_Added_ReadsBackByIdNameAndLogin()
    {
        Assert.False(await _accounts.AnyAsync(TestContext.Current.CancellationToken));
        Account added = Make("Ada");
        (added.LoginProvider, added.LoginKey, added.LockedUntil, added.LastSignInAt) = ("https://id.example", "17", Noon.AddMinutes(5), Noon);
        await _accounts.AddAsync(added, TestContext.Current.CancellationToken);

        foreach (Account? read in new[]
        {
            await _accounts.FindAsync(added.Id, TestContext.Current.CancellationToken),
            await _accounts.FindByNameAsync("ADA", TestContext.Current.CancellationToken),
            await _accounts.FindByLoginAsync("https://id.example", "17", TestContext.Current.CancellationToken),
        })
        {
            Assert.Equivalent(added, read, strict: true);
        }
        Assert.True(await _accounts.AnyAsync(TestContext.Current.CancellationToken));
        Assert.Null(await _accounts.FindByLoginAsync("https://other.example", "17", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Name_Taken_IsRefusedAndAccountsWithoutALoginDoNotClash()
    {
        await _accounts.AddAsync(Make("ada"), TestContext.Current.CancellationToken);
        await _accounts.AddAsync(Make("bob"), TestContext.Current.CancellationToken);

        TenancyException refusal = await Assert.ThrowsAsync<TenancyException>(() => _accounts.AddAsync(Make("Ada"), TestContext.Current.CancellationToken));

        Assert.Equal((TenancyProblem.Conflict, "name"), (refusal.Problem, refusal.Field));
        Assert.Equal(["ada", "bob"], (await _accounts.ListAsync(TestContext.Current.CancellationToken)).Select(account => account.Name));
    }

    [Fact]
    public async Task Account_ReadTwiceAndSavedTwice_KeepsTheFirst()
    {
        Account added = Make("ada");
        await _accounts.AddAsync(added, TestContext.Current.CancellationToken);
        Account first = (await _accounts.FindAsync(added.Id, TestContext.Current.CancellationToken))!;
        Account second = (await _accounts.FindAsync(added.Id, TestContext.Current.CancellationToken))!;
        first.Role = ConsoleRole.Admin;
        second.Role = ConsoleRole.Operator;

        Assert.True(await _accounts.TryUpdateAsync(first, TestContext.Current.CancellationToken));
        Assert.False(await _accounts.TryUpdateAsync(second, TestContext.Current.CancellationToken));
        Assert.False(await _accounts.TryRemoveAsync(second, TestContext.Current.CancellationToken));

        Assert.Equal(ConsoleRole.Admin, (await _accounts.FindAsync(added.Id, TestContext.Current.CancellationToken))!.Role);
        Assert.True(await _accounts.TryRemoveAsync(first, TestContext.Current.CancellationToken));
        Assert.Empty(await _accounts.ListAsync(TestContext.Current.CancellationToken));
    }

    private static Account Make(string name) => new() { Name = name, NormalizedName = name.ToUpperInvariant(), CreatedAt = Noon };
}

public sealed class SqliteAccountBookTests() : AccountBookTests(DatabaseKind.Sqlite);

public sealed class PostgresAccountBookTests() : AccountBookTests(DatabaseKind.Postgres);
