using TokenFactory.Tenancy.Accounts;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Accounts;

public sealed class ConsoleRoleTests
{
    [Theory]
    [InlineData(ConsoleRole.Viewer, "See")]
    [InlineData(ConsoleRole.Operator, "See Operate")]
    [InlineData(ConsoleRole.QuotaAdmin, "See ManageQuotas")]
    [InlineData(ConsoleRole.Admin, "See Operate ManageQuotas Administer")]
    public void Role_Asked_AllowsExactlyWhatItIsFor(ConsoleRole role, string allowed) =>
        Assert.Equal(allowed, string.Join(' ', Enum.GetValues<Permission>().Where(permission => role.Allows(permission))));

    [Fact]
    public void Role_NotOfOurs_AllowsNothing() => Assert.DoesNotContain(Enum.GetValues<Permission>(), permission => ((ConsoleRole)9).Allows(permission));

    /// <summary>Accounts and keys hold roles by number: a number never changes its meaning.</summary>
    [Fact]
    public void Roles_AsTheDatabaseHoldsThem_KeepTheirNumbers() =>
        Assert.Equal([0, 1, 2, 3], new[] { ConsoleRole.Viewer, ConsoleRole.Operator, ConsoleRole.QuotaAdmin, ConsoleRole.Admin }.Select(role => (int)role));
}
