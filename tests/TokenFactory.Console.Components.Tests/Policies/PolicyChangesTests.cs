using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Web.Policies;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Policies;

public sealed class PolicyChangesTests : ConsoleContext
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Apply_AndRollBack_AreVersionsWithAuthorsAndStandInTheAudit()
    {
        HashModel model = AddModel();
        PolicyChanges changes = New(new LatencyHistory(_clock));
        PolicyVersion first = model.Engine.Policy;

        await changes.ApplyAsync("ada", model.Served, first.Policy with { MaxRunning = 2 }, "calmer");
        PolicyVersion back = await changes.RollBackAsync("bob", model.Served, first);

        Assert.Equal(["load", "ada", "bob"], model.Engine.Policies.Select(version => version.Author));
        Assert.Equal((3, first.Policy, "Back to version 1"), (back.Version, back.Policy, back.Reason));
        Assert.Equal(["policy.change", "policy.change"], ReadAudit().Select(entry => entry.Action));
        Assert.Contains("\"MaxRunning\":2", ReadAudit()[1].After);
    }

    [Fact]
    public async Task Guard_WorseForAMinute_TakesTheChangeBack()
    {
        HashModel model = AddModel();
        LatencyHistory latencies = new(_clock);
        PolicyChanges changes = New(latencies);
        PolicyVersion first = model.Engine.Policy;
        await changes.ApplyAsync("ada", model.Served, first.Policy with { MaxRunning = 2 }, "", new PolicyGuard(GuardedFigure.FirstTokenP95, 100));

        for (int second = 0; second <= 61; second++)
        {
            await RunAsync(model, latencies, TimeSpan.FromMilliseconds(250));
            await changes.CheckGuardsAsync();
            if (second == 30)
            {
                Assert.NotNull(changes.DutyOf("hash")!.WorseSince);
                Assert.Equal(2, model.Engine.Policy.Version);
            }
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        PolicyVersion now = model.Engine.Policy;
        Assert.Equal(("guard", first.Policy), (now.Author, now.Policy));
        Assert.Contains("p95 time to first token above 100 ms (last 250)", now.Reason);
        Assert.Null(changes.DutyOf("hash"));
    }

    [Fact]
    public async Task Guard_WorseForAMomentOnly_StaysOnDuty()
    {
        HashModel model = AddModel();
        LatencyHistory latencies = new(_clock);
        PolicyChanges changes = New(latencies);
        await changes.ApplyAsync("ada", model.Served, model.Engine.Policy.Policy with { MaxRunning = 2 }, "", new PolicyGuard(GuardedFigure.FirstTokenP95, 100));

        for (int second = 0; second < 200; second++)
        {
            // One slow request in a minute of quick ones is its own p95 only while it is alone.
            await RunAsync(model, latencies, TimeSpan.FromMilliseconds(second == 0 ? 250 : 50), times: second == 0 ? 1 : 2);
            await changes.CheckGuardsAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, model.Engine.Policy.Version);
        Assert.Null(changes.DutyOf("hash")!.WorseSince);
    }

    [Fact]
    public async Task Guard_AfterAnotherChange_IsOffDuty()
    {
        HashModel model = AddModel();
        PolicyChanges changes = New(new LatencyHistory(_clock));
        BatchPolicy policy = model.Engine.Policy.Policy;
        await changes.ApplyAsync("ada", model.Served, policy with { MaxRunning = 2 }, "", new PolicyGuard(GuardedFigure.TokensPerSecond, 100));

        await changes.ApplyAsync("ada", model.Served, policy with { MaxRunning = 3 }, "");

        Assert.Null(changes.DutyOf("hash"));
    }

    private PolicyChanges New(LatencyHistory latencies) =>
        new(Catalog, latencies, Services.GetRequiredService<Tenancy.Administration.AuditTrail>(), _clock);

    /// <summary>Ends requests whose first token took as long as given.</summary>
    private static async Task RunAsync(HashModel model, LatencyHistory latencies, TimeSpan first, int times = 1)
    {
        Assert.Null(model.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "t", Prompt = [1], MaxNewTokens = 1 }, out Generation? generation));
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
        }
        for (int i = 0; i < times; i++)
        {
            latencies.OnFinished(generation, generation.Outcome! with { FirstTokenTime = first, TotalTime = first * 2, GeneratedTokens = 11 });
        }
    }
}
