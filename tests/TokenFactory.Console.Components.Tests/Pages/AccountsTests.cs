using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Components.Layout;
using TokenFactory.Web.Tests.Setup;
using Xunit;

using AccountsPage = TokenFactory.Web.Components.Pages.Accounts;

namespace TokenFactory.Web.Tests.Pages;

public sealed class AccountsTests : ConsoleContext
{
    private AccountBook Book => Services.GetRequiredService<AccountBook>();

    [Fact]
    public async Task Account_Created_IsToldItsPasswordOnceAndHasToReplaceIt()
    {
        IRenderedComponent<AccountsPage> page = Render<AccountsPage>();
        page.Find("input[aria-label='Name of the new account']").Change("ada");
        page.Find("select[aria-label='Role of the new account']").Change("operator");

        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("ada", page.Find("[data-testid=one-time-password]").TextContent), Patience);
        Account made = (await Book.FindByNameAsync("ADA"))!;
        Assert.Equal((ConsoleRole.Operator, true), (made.Role, made.MustChangePassword));
        string password = page.Find("[data-testid=one-time-password] code").TextContent;
        Assert.DoesNotContain(password, made.PasswordHash);
        Assert.Equal("has to choose a password", Row(page, "ada").QuerySelector("[data-label=State]")!.TextContent);
        Assert.Contains(ReadAudit(), entry => entry is { Actor: "admin", Action: "account.create", Subject: "ada" } && !(entry.After ?? "").Contains(password, StringComparison.Ordinal));
        page.Find("[data-testid=one-time-password] button").Click();
        Assert.DoesNotContain(password, page.Markup);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("a name with spaces")]
    public void Account_WithABadName_IsRefusedInWords(string name)
    {
        IRenderedComponent<AccountsPage> page = Render<AccountsPage>();
        page.Find("input[aria-label='Name of the new account']").Change(name);

        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.NotEmpty(page.Find("[role=alert]").TextContent), Patience);
    }

    [Fact]
    public async Task LastAdmin_ClosedDemotedOrDeleted_StaysAsItIs()
    {
        IRenderedComponent<AccountsPage> page = Render<AccountsPage>();
        string before = page.Find("tbody").TextContent;

        Press(page, "admin", "Close");
        AssertKept();
        page.Act(one => Row(one, "admin").QuerySelector("select")!.Change("viewer"));
        AssertKept();
        Press(page, "admin", "Delete");
        Press(page, "admin", "Really delete admin");
        AssertKept();

        Assert.Equal(ConsoleRole.Admin, Assert.Single(await Book.ListAsync()).Role);
        Assert.Equal(before, page.Find("tbody").TextContent);

        void AssertKept() => page.WaitForAssertion(() => Assert.Contains("last open account of the role admin", page.Find("[role=alert]").TextContent), Patience);
    }

    [Fact]
    public async Task Account_RoleChangedClosedResetUnlockedDeleted_EndsItsSessionsAndIsAudited()
    {
        Account ada = new() { Name = "ada", NormalizedName = "ADA", Role = ConsoleRole.Viewer, LockedUntil = DateTimeOffset.UtcNow.AddHours(1), FailedAttempts = 5 };
        await Book.AddAsync(ada);
        string stamp = ada.SecurityStamp;
        IRenderedComponent<AccountsPage> page = Render<AccountsPage>();

        page.Act(one => Row(one, "ada").QuerySelector("select")!.Change("quota-admin"));
        page.WaitForAssertion(() => Assert.NotEqual(stamp, Read().SecurityStamp), Patience);
        Assert.Equal(ConsoleRole.QuotaAdmin, Read().Role);
        Press(page, "ada", "Unlock");
        page.WaitForAssertion(() => Assert.Null(Read().LockedUntil), Patience);
        Press(page, "ada", "Close");
        page.WaitForAssertion(() => Assert.True(Read().IsDisabled), Patience);
        Press(page, "ada", "Open");
        page.WaitForAssertion(() => Assert.False(Read().IsDisabled), Patience);
        Press(page, "ada", "Reset password");
        page.WaitForAssertion(() => Assert.True(Read().MustChangePassword), Patience);
        Press(page, "ada", "Delete");
        Press(page, "ada", "Really delete ada");
        page.WaitForAssertion(() => Assert.Single(Book.ListAsync().GetAwaiter().GetResult()), Patience);

        Assert.Equal(
            ["account.delete", "account.reset-password", "account.enable", "account.disable", "account.unlock", "account.role"],
            ReadAudit().Select(entry => entry.Action));

        Account Read() => Book.FindAsync(ada.Id).GetAwaiter().GetResult()!;
    }

    [Fact]
    public async Task Page_OfAnAdminWhoLostTheRoleMeanwhile_RefusesAndSaysWhy()
    {
        Account other = await SignInAsync(ConsoleRole.QuotaAdmin);
        IRenderedComponent<AccountsPage> page = Render<AccountsPage>();

        page.WaitForAssertion(() => Assert.Contains("needs the role admin", page.Find("[role=alert]").TextContent), Patience);
        Assert.Empty(page.FindAll("tbody tr"));
        await Book.TryRemoveAsync((await Book.FindAsync(other.Id))!);
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("Your session has ended", page.Find("[role=alert]").TextContent), Patience);
    }

    [Theory]
    [InlineData(ConsoleRole.Viewer, false, false)]
    [InlineData(ConsoleRole.Operator, true, false)]
    [InlineData(ConsoleRole.QuotaAdmin, false, false)]
    [InlineData(ConsoleRole.Admin, true, true)]
    public async Task Navigation_ByRole_LeavesOutWhatItDoesNotOpen(ConsoleRole role, bool playground, bool accounts)
    {
        if (role != ConsoleRole.Admin)
        {
            await SignInAsync(role);
        }
        IRenderedComponent<MainLayout> layout = Render<MainLayout>();

        layout.WaitForAssertion(() => Assert.Contains(ConsoleRoles.NameOf(role), layout.Find(".account").TextContent), Patience);
        Assert.Equal(playground, layout.FindAll("nav a[href=playground]").Count == 1);
        Assert.Equal(accounts, layout.FindAll("nav a[href=accounts]").Count == 1);
    }

    private static IElement Row(IRenderedComponent<AccountsPage> page, string name) => page.FindAll("tbody tr").Single(row => row.QuerySelector("th")!.TextContent == name);

    private static void Press(IRenderedComponent<AccountsPage> page, string name, string button)
    {
        page.WaitForState(() => Row(page, name).QuerySelectorAll("button").Any(one => one.TextContent == button), Patience);
        page.Act(one => Row(one, name).QuerySelectorAll("button").Single(found => found.TextContent == button).Click());
    }
}
