using Microsoft.AspNetCore.Identity;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Web.Access.Accounts;

namespace TokenFactory.Web.Hosting;

/// <summary>The command <c>accounts reset</c>, for whoever may write the database: the way back in where no administrator can.</summary>
internal static class AccountsCommand
{
    /// <summary>Gives an account a one-time password, opens it, and prints the password.</summary>
    public static async Task<int> ResetAsync(IServiceProvider services, string name)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        UserManager<Account> users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Account account = await users.FindByNameAsync(name)
            ?? throw new StartupException($"There is no account {name} here. Name the server's data folder with --data FOLDER; the first account is admin.");
        string password = OneTimePassword.Make();
        AccountAdministration.Replace(users, account, password);
        account.IsDisabled = false;
        AccountAdministration.Require(await users.UpdateSecurityStampAsync(account));
        await scope.ServiceProvider.GetRequiredService<AuditTrail>().AddAsync("command line", "account.reset-password", account.Name, null, null);
        Console.WriteLine($"Sign in as {account.Name} with this password; it is shown once, and you choose your own then:");
        Console.WriteLine($"  {password}");
        return 0;
    }
}
