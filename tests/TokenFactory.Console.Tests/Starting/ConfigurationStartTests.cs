using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Starting;

/// <summary>What someone sees who wrote a configuration that cannot be used.</summary>
public sealed class ConfigurationStartTests
{
    [Fact]
    public async Task Errors_InSeveralPlaces_AreListedTogetherAndNothingStarts()
    {
        await using HostProcess host = HostProcess.Launch(
            new Dictionary<string, string> { ["Live__TotalsShown"] = "plenty", ["Api__MaxBodyBytes"] = "1", ["TokenFactory__SignIn__Session"] = "0" }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        await host.UntilPrintsAsync("start again");
        Assert.Contains("Live:TotalsShown is 'plenty' (environment variable Live__TotalsShown); it must be a whole number.", host.Output);
        Assert.Contains("Api:MaxBodyBytes is 1; it must be at least 1024.", host.Output);
        Assert.Contains("TokenFactory:SignIn:Session is 00:00:00; it must be at least 1 minute.", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }
}
