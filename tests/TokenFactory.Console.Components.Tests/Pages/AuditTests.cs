using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Web.Audits;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using AuditPage = TokenFactory.Web.Components.Pages.Audit;

namespace TokenFactory.Web.Tests.Pages;

public sealed class AuditTests : ConsoleContext
{
    [Fact]
    public void Page_WithoutChanges_SaysSo()
    {
        IRenderedComponent<AuditPage> page = Render<AuditPage>();

        page.WaitForAssertion(() => Assert.Contains("Nothing was changed yet.", page.Markup), Patience);
    }

    [Fact]
    public async Task Page_WithChanges_ShowsWhoWhatFromAndTo()
    {
        await AddAsync("ada", "plan.update", new { Weight = 1, Name = "small" }, new { Weight = 2, Name = "small" });

        IRenderedComponent<AuditPage> page = Render<AuditPage>();

        page.WaitForAssertion(() => Assert.Contains("plan.update", page.Markup), Patience);
        Assert.Contains("1 → 2", page.Find(".differences").TextContent);
        Assert.DoesNotContain("Name", page.Find(".differences").TextContent);
    }

    [Fact]
    public async Task Filter_ByAction_ShowsOnlyThoseAndStandsInTheAddress()
    {
        await AddAsync("ada", "plan.update", null, new { Weight = 2 });
        await AddAsync("bob", "policy.change", null, new { MaxRunning = 2 });
        IRenderedComponent<AuditPage> page = Render<AuditPage>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr").Count), Patience);

        page.Act(live => live.Find("[data-testid=action]").Change("policy."));

        page.WaitForAssertion(() => Assert.Equal("bob", page.FindAll("tbody tr").Single().Children[1].TextContent), Patience);
        Assert.EndsWith("audit?what=policy.", Services.GetRequiredService<NavigationManager>().Uri);
        page.Act(live => live.Find("[data-testid=actor]").Change("nobody"));
        page.WaitForAssertion(() => Assert.Contains("No change passes the filter.", page.Markup), Patience);
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(null, """{"A":1}""", "A:-→1")]
    [InlineData("""{"A":1}""", null, "A:1→-")]
    [InlineData("""{"A":{"B":[1,2]},"C":"x"}""", """{"A":{"B":[1,3,4]},"C":"x"}""", "A.B[1]:2→3 A.B[2]:-→4")]
    [InlineData("""{"A":null}""", """{"A":true}""", "A:-→True")]
    public void Difference_OfTwoTexts_IsValueByValue(string? before, string? after, string expected) => Assert.Equal(
        expected,
        string.Join(' ', AuditDifference.Between(before, after).Select(one => $"{one.Place}:{one.Before ?? "-"}→{one.After ?? "-"}")));

    private Task AddAsync(string actor, string action, object? before, object? after) =>
        Services.GetRequiredService<AuditTrail>().AddAsync(actor, action, "small", before, after);
}
