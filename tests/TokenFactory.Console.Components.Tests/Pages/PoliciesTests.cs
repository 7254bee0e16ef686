using AngleSharp.Dom;
using Bunit;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using PoliciesPage = TokenFactory.Web.Components.Pages.Policies;

namespace TokenFactory.Web.Tests.Pages;

public sealed class PoliciesTests : ConsoleContext
{
    [Fact]
    public void Page_WithoutAModel_SaysSo() => Assert.Contains("No model serves.", Render<PoliciesPage>().Markup);

    [Fact]
    public void Change_TypedAndApplied_IsInForceAndCanBeTakenBack()
    {
        HashModel model = AddModel();
        BatchPolicy first = model.Engine.Policy.Policy;
        IRenderedComponent<PoliciesPage> page = Render<PoliciesPage>();
        Assert.True(Apply(page).HasAttribute("disabled"));

        Type(page, "most-running-requests", "3");
        Assert.Contains("At most 3 requests run at once (was 8)", page.Find("[data-testid=preview]").TextContent);
        Type(page, "reason", "calmer");
        page.Act(live => live.Find("form").Submit());

        page.WaitForAssertion(() => Assert.StartsWith("Version 2 by admin", page.Find("[data-testid=policy-version]").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal((3, "calmer"), (model.Engine.Policy.Policy.MaxRunning, model.Engine.Policy.Reason));
        Assert.Contains("most running 8 → 3", page.Find(".history").TextContent);

        page.Act(live => live.Find("[aria-label='Go back to version 1']").Click());
        page.WaitForAssertion(() => Assert.Equal((3, first), (model.Engine.Policy.Version, model.Engine.Policy.Policy)), Patience);
        page.WaitForAssertion(() => Assert.Equal(2, ReadAudit().Count), Patience);
    }

    [Fact]
    public void Value_OutOfBounds_SaysTheBoundsAndCannotBeApplied()
    {
        AddModel();
        IRenderedComponent<PoliciesPage> page = Render<PoliciesPage>();

        Type(page, "most-running-requests", "900");

        Assert.Contains("a whole number from 1 to 8", page.Markup);
        Assert.Equal("true", page.Find("[data-testid=most-running-requests]").GetAttribute("aria-invalid"));
        Assert.True(Apply(page).HasAttribute("disabled"));
        Type(page, "most-running-requests", "8");
        Assert.DoesNotContain("a whole number from", page.Markup);
    }

    [Fact]
    public void Guard_Chosen_NeedsALimitAndIsShownOnDuty()
    {
        AddModel();
        IRenderedComponent<PoliciesPage> page = Render<PoliciesPage>();
        Type(page, "prefill-chunk-tokens", "10");

        page.Act(live => live.Find("[data-testid=guard]").Change("FirstTokenP95"));
        Assert.True(Apply(page).HasAttribute("disabled"));
        Type(page, "guard-limit", "250");
        page.Act(live => live.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Contains("p95 time to first token above 250 ms", page.Markup), Patience);
    }

    private static void Type(IRenderedComponent<PoliciesPage> page, string id, string text) => page.Act(live => live.Find($"[data-testid={id}]").Input(text));

    private static IElement Apply(IRenderedComponent<PoliciesPage> page) => page.FindAll("form button").First(button => button.TextContent.Trim() == "Apply");
}
