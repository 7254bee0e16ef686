using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Access.Accounts;
using TokenFactory.Web.Components.Layout;
using TokenFactory.Web.Components.Pages;
using TokenFactory.Web.Components.SignInPages;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Layout;

/// <summary>What stands round the pages, and what stands in their place.</summary>
public sealed class FrameTests : ConsoleContext
{
    [Theory]
    [InlineData(ConsoleRole.Viewer, "Floor Queue Models Policies Tenants Usage Audit")]
    [InlineData(ConsoleRole.Operator, "Floor Queue Models Policies Tenants Usage Playground Audit")]
    [InlineData(ConsoleRole.Admin, "Floor Queue Models Policies Tenants Usage Playground Audit Accounts Settings")]
    public async Task Frame_OfARole_LeadsToItsPages(ConsoleRole role, string pages)
    {
        if (role != ConsoleRole.Admin)
        {
            await SignInAsync(role);
        }

        IRenderedComponent<MainLayout> frame = Render<MainLayout>(parameters => parameters.Add(layout => layout.Body, "<p id=\"body\">here</p>"));

        Assert.Equal(pages.Split(' '), frame.FindAll("nav[aria-label=Pages] a").Select(link => link.TextContent.Trim()));
        Assert.Equal("here", frame.Find("#body").TextContent);
        Assert.Equal(ConsoleRoles.NameOf(role), frame.Find(".account .role").TextContent);
        Assert.Equal("/signout", frame.Find(".account form").GetAttribute("action"));
        Assert.Equal("Token Factory", frame.Find(".brand-name").TextContent);
    }

    [Fact]
    public async Task Frame_SwitchedToDark_SaysHowToGoBack()
    {
        await SignInAsync(ConsoleRole.Viewer);
        IRenderedComponent<MainLayout> frame = Render<MainLayout>();

        frame.Act(one => one.Find("[aria-label='Switch to dark']").Click());

        Assert.NotNull(frame.Find("[aria-label='Switch to light']"));
        Assert.Contains(JSInterop.Invocations, call => call.Identifier == "tokenFactoryTheme.choose" && call.Arguments is [true]);
    }

    [Fact]
    public async Task Frame_PageThatThrows_IsReplacedByItsReasonUntilItIsShownAgain()
    {
        await SignInAsync(ConsoleRole.Viewer);
        bool fails = true;
        RenderFragment body = builder =>
        {
            builder.AddMarkupContent(0, fails ? throw new InvalidOperationException("The page has a fault.") : "<p id=\"body\">well again</p>");
        };
        IRenderedComponent<MainLayout> frame = Render<MainLayout>(parameters => parameters.Add(layout => layout.Body, body));
        Assert.Contains("The page has a fault.", frame.Find("[role=alert]").TextContent);

        fails = false;
        frame.Act(one => one.Find("[role=alert] button").Click());

        Assert.Equal("well again", frame.Find("#body").TextContent);
    }

    [Fact]
    public void NoEntry_Stranger_IsSentToSignInAndBack()
    {
        NavigationManager navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("queue?lane=Batch");

        Render<NoEntry>(parameters => parameters.Add(entry => entry.Session, new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));

        Assert.EndsWith("/signin?returnUrl=%2Fqueue%3Flane%3DBatch", navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void NoEntry_OneTimePassword_IsToBeReplacedFirst()
    {
        ClaimsIdentity identity = new([new Claim(AccountPrincipal.MustChangePassword, "1")], "test");

        Render<NoEntry>(parameters => parameters.Add(entry => entry.Session, new AuthenticationState(new ClaimsPrincipal(identity))));

        Assert.EndsWith("/account/password", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void NoEntry_RoleTooSmall_SaysSo() =>
        Assert.Equal(
            "Your role does not open this page",
            Render<NoEntry>(parameters => parameters.Add(entry => entry.Session, new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity("test"))))).Find("h1").TextContent);

    [Fact]
    public void PlainPages_EachSaysWhatHappenedAndLeadsOn()
    {
        Assert.Equal("There is no such page", Render<NotFound>().Find("h1").TextContent);
        Assert.Equal("This page could not be made", Render<Error>().Find("h1").TextContent);
        Assert.Equal("Your role does not open this page", Render<Denied>().Find("h1").TextContent);
        Assert.Equal("", Render<NotFound>().Find("a.plain-action").GetAttribute("href"));
    }

    [Fact]
    public void PlainLayout_HasTheMarkAndThePage() =>
        Assert.Equal(
            ["Token Factory", "here"],
            Render<PlainLayout>(parameters => parameters.Add(layout => layout.Body, "<p id=\"body\">here</p>")).FindAll(".brand-name, #body").Select(element => element.TextContent));
}
