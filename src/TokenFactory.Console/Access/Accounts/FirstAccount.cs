using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>Makes the account <c>admin</c> where there is none yet, before anything listens, and says its password once.</summary>
internal sealed class FirstAccount(IServiceScopeFactory scopes, AccountBook accounts, IOptions<AccessOptions> options, TimeProvider clock) : IHostedService
{
    private const string Name = "admin";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await accounts.AnyAsync(cancellationToken))
        {
            return;
        }
        bool isGiven = !string.IsNullOrEmpty(options.Value.AdminPassword);
        string password = isGiven ? options.Value.AdminPassword! : OneTimePassword.Make();
        Account admin = new() { Name = Name, Role = ConsoleRole.Admin, CreatedAt = clock.GetUtcNow(), MustChangePassword = !isGiven };
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        IdentityResult made = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(admin, password);
        if (!made.Succeeded)
        {
            throw new StartupException($"{AccessOptions.Section}:AdminPassword cannot be used: {string.Join(' ', made.Errors.Select(error => error.Description))}");
        }
        if (!isGiven)
        {
            Console.WriteLine($"Sign in to the pages as {Name} with this password; it is shown once, and you choose your own then:");
            Console.WriteLine($"  {password}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
