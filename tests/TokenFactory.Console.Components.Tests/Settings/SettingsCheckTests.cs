using TokenFactory.Web.Hosting;
using TokenFactory.Web.Settings;
using Xunit;

namespace TokenFactory.Web.Tests.Settings;

public sealed class SettingsCheckTests
{
    [Fact]
    public void Configuration_WithErrorsInSeveralSections_IsRefusedWithAllOfThem()
    {
        StartupException refusal = Assert.Throws<StartupException>(() => SettingsCheck.Demand(SettingsFixture.Configure(
            """
            {"Live": {"SampleInterval": "soon"}, "Api": {"MaxBodyBytes": 3},
             "TokenFactory": {"Models": [{"Path": "a", "Threads": "many", "Precision": "Int3"}], "SignIn": {"LockoutAttempts": 0, "OpenIdConnect": {"Authority": "https://id", "DefaultRole": "king"}}}}
            """)));

        Assert.Equal(
            [
                "The configuration cannot be used:",
                "  TokenFactory:Models:0:Threads is 'many' (appsettings.json); it must be a whole number.",
                "  TokenFactory:Models:0:Precision is 'Int3' (appsettings.json); it must be one of Auto, Fp32, Int8, Int4, Bf16, Fp16, Fp8.",
                "  TokenFactory:SignIn:LockoutAttempts is 0; it must be at least 1.",
                "  TokenFactory:SignIn:OpenIdConnect needs Authority, an address such as https://id.example.org, and ClientId.",
                "  TokenFactory:SignIn:OpenIdConnect names the role king; it must be one of viewer, operator, quota-admin, admin.",
                "  Api:MaxBodyBytes is 3; it must be at least 1024.",
                "  Live:SampleInterval is 'soon' (appsettings.json); it must be a span of time, for instance 00:00:05 for five seconds.",
            ],
            refusal.Message.Split('\n')[..^1]);
    }

    [Theory]
    [InlineData("""{"TokenFactory": {"Models": [{"MaxSequences": 0}]}}""", "TokenFactory:Models:0:MaxSequences is 0")]
    [InlineData("""{"TokenFactory": {"Models": [{"DraftTokens": -1}]}}""", "TokenFactory:Models:0:DraftTokens is -1")]
    [InlineData("""{"TokenFactory": {"DataFolder": ""}}""", "TokenFactory:DataFolder is empty")]
    [InlineData("""{"TokenFactory": {"Ledger": {"FlushInterval": "-00:00:01"}}}""", "TokenFactory:Ledger:FlushInterval is -00:00:01")]
    [InlineData("""{"TokenFactory": {"Bootstrap": {"AdminKey": "hunter2"}}}""", "TokenFactory:Bootstrap:AdminKey is no key")]
    [InlineData("""{"Live": {"TimeZone": "Mars"}}""", "Live:TimeZone is 'Mars'")]
    public void Value_OutOfItsRange_IsNamed(string json, string words)
    {
        StartupException refusal = Assert.Throws<StartupException>(() => SettingsCheck.Demand(SettingsFixture.Configure(json)));

        Assert.Contains(words, refusal.Message);
        Assert.DoesNotContain("hunter2", refusal.Message);
    }

    [Fact]
    public void Configuration_OfNothing_IsFine() => SettingsCheck.Demand(SettingsFixture.Configure("{}"));
}
