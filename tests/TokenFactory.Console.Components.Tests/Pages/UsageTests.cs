using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Web.Tests.Setup;
using TokenFactory.Web.Tests.Usages;
using Xunit;
using UsagePage = TokenFactory.Web.Components.Pages.Usage;

namespace TokenFactory.Web.Tests.Pages;

public sealed class UsageTests : ConsoleContext
{
    [Fact]
    public void Page_WithoutUsage_SaysSo()
    {
        IRenderedComponent<UsagePage> page = Render<UsagePage>();

        page.WaitForAssertion(() => Assert.Contains("No request ended in this span", page.Markup), Patience);
        Assert.Contains("Too little data", page.Find("[data-testid=forecast-method]").TextContent);
        Assert.Contains("There is no price yet", page.Markup);
    }

    [Fact]
    public async Task Page_WithUsage_ShowsItWithoutInventingEnergyOrCost()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", DateTimeOffset.UtcNow), LedgerRows.Of("b", DateTimeOffset.UtcNow, "other"));

        IRenderedComponent<UsagePage> page = Render<UsagePage>();

        page.WaitForAssertion(() => Assert.Equal("2", page.Find("[data-testid=total-requests]").TextContent), Patience);
        Assert.Equal(("2", "34"), (Text(page, "month-requests"), Text(page, "month-tokens")));
        Assert.Equal(("no price", "not measured"), (Text(page, "month-cost"), Text(page, "month-energy")));
        Assert.Single(page.FindAll("svg rect.out"));
    }

    [Fact]
    public async Task Price_AddedAndRemoved_IsCountedAndAudited()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", DateTimeOffset.UtcNow));
        IRenderedComponent<UsagePage> page = Render<UsagePage>();
        page.WaitForAssertion(() => Assert.Equal("no price", Text(page, "total-cost")), Patience);

        Change(page, "price-prompt", "100000");
        Change(page, "price-cached", "0");
        Change(page, "price-generated", "x");
        page.Act(live => live.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains("This is no number", page.Markup), Patience);
        Assert.Equal("true", page.Find("[data-testid=price-generated]").GetAttribute("aria-invalid"));
        Change(page, "price-generated", "200000");
        Change(page, "price-currency", "euro");
        page.Act(live => live.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains("three capital letters", page.Markup), Patience);
        Change(page, "price-currency", "eur");
        page.Act(live => live.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Equal("2.00 EUR", Text(page, "total-cost")), Patience);
        page.Act(live => live.Find("[aria-label='Remove the price of *']").Click());
        page.Act(live => live.FindAll("button").First(button => button.TextContent == "Remove the price").Click());
        page.WaitForAssertion(() => Assert.Equal("no price", Text(page, "total-cost")), Patience);
        Assert.Equal(["price.remove", "price.add"], ReadAudit().Select(entry => entry.Action));
    }

    [Fact]
    public async Task Selection_Changed_StandsInTheAddressAndInTheExports()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", DateTimeOffset.UtcNow), LedgerRows.Of("b", DateTimeOffset.UtcNow, lane: "batch"));
        IRenderedComponent<UsagePage> page = Render<UsagePage>();
        page.WaitForAssertion(() => Assert.Equal("2", Text(page, "total-requests")), Patience);

        Change(page, "lane", "batch");
        page.WaitForAssertion(() => Assert.Equal("1", Text(page, "total-requests")), Patience);
        Change(page, "grouping", "Model");
        page.WaitForAssertion(() => Assert.Contains("By model, whole span", page.Markup), Patience);

        Assert.EndsWith("&by=model&lane=batch", Services.GetRequiredService<NavigationManager>().Uri);
        Assert.All(page.FindAll(".exports a"), link => Assert.Contains("&by=model&lane=batch&what=", link.GetAttribute("href")));
        Change(page, "from", "2999-01-01");
        page.WaitForAssertion(() => Assert.Contains("The first day is after the last.", page.Find("[role=alert]").TextContent), Patience);
    }

    [Fact]
    public async Task Address_ChangedByALink_IsFollowed()
    {
        await WriteLedgerAsync(LedgerRows.Of("a", DateTimeOffset.UtcNow), LedgerRows.Of("b", DateTimeOffset.UtcNow, lane: "batch"));
        IRenderedComponent<UsagePage> page = Render<UsagePage>();
        page.WaitForAssertion(() => Assert.Equal("2", Text(page, "total-requests")), Patience);

        Services.GetRequiredService<NavigationManager>().NavigateTo("usage?lane=batch");

        page.WaitForAssertion(() => Assert.Equal("1", Text(page, "total-requests")), Patience);
    }

    private static string Text(IRenderedComponent<UsagePage> page, string id) => page.Find($"[data-testid={id}]").TextContent;

    private static void Change(IRenderedComponent<UsagePage> page, string id, string value) => page.Act(live => live.Find($"[data-testid={id}]").Change(value));
}
