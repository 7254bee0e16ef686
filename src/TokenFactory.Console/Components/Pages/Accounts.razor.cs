using Microsoft.AspNetCore.Components;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Access.Accounts;

namespace TokenFactory.Web.Components.Pages;

/// <summary>Who may sign in, and as what.</summary>
public sealed partial class Accounts
{
    private IReadOnlyList<Account> _accounts = [];
    private string _name = "";
    private string _role = ConsoleRoles.NameOf(ConsoleRole.Viewer);
    private (string Name, string Password)? _told;
    private Guid? _deleting;
    private string? _problem;

    [Inject]
    private AccountAdministration Administration { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private static RenderFragment RoleOptions => builder =>
    {
        foreach (string role in ConsoleRoles.ByName.Keys)
        {
            builder.OpenElement(0, "option");
            builder.AddAttribute(1, "value", role);
            builder.AddContent(2, role);
            builder.CloseElement();
        }
    };

    protected override Task OnInitializedAsync() => DoAsync(() => Task.CompletedTask);

    private bool IsLocked(Account account) => account.LockedUntil > Clock.GetUtcNow();

    private string StateOf(Account account) => account switch
    {
        { IsDisabled: true } => "closed",
        _ when IsLocked(account) => "locked after wrong passwords",
        { MustChangePassword: true } => "has to choose a password",
        { LoginProvider: { } provider } => $"open, vouched for by {provider}",
        _ => "open",
    };

    private Task CreateAsync() => DoAsync(async () =>
    {
        string name = _name.Trim();
        _told = (name, await Administration.CreateAsync(name, ConsoleRoles.ByName[_role]));
        _name = "";
    });

    private Task SetRoleAsync(Account account, ChangeEventArgs change) =>
        DoAsync(() => Administration.SetRoleAsync(account.Id, ConsoleRoles.ByName[(string)change.Value!]));

    private Task ResetAsync(Account account) => DoAsync(async () => _told = (account.Name, await Administration.ResetPasswordAsync(account.Id)));

    private Task DeleteAsync(Account account)
    {
        bool isSure = _deleting == account.Id;
        _deleting = isSure ? null : account.Id;
        return isSure ? DoAsync(() => Administration.DeleteAsync(account.Id)) : Task.CompletedTask;
    }

    private async Task DoAsync(Func<Task> change)
    {
        _problem = null;
        try
        {
            await change();
        }
        catch (Exception problem) when (problem is TenancyException or UnauthorizedAccessException or DatabaseUnavailableException)
        {
            _problem = problem.Message;
        }
        try
        {
            _accounts = await Administration.ListAsync();
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or DatabaseUnavailableException)
        {
            _problem ??= problem.Message;
        }
    }
}
