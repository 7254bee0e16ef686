using System.Net;
using System.Text.RegularExpressions;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>What a browser is told in Production, behind a proxy that terminates TLS.</summary>
public sealed partial class SecureProductionTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Proxied = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
    };

    private HostProcess _host = null!;

    public async ValueTask InitializeAsync() => _host = await HostProcess.StartAsync(Proxied);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Page_OverHttps_HasAStrictPolicyAndNoInlineScript()
    {
        using FormClient visitor = new(_host.Client.BaseAddress!, proxied: true);
        using HttpResponseMessage signedIn = await visitor.SignInAsync("admin", HostProcess.AdminPassword);
        string session = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("tokenfactory=", StringComparison.Ordinal));
        Assert.Contains("; secure", session, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", session, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", session, StringComparison.OrdinalIgnoreCase);

        foreach (string path in new[] { "/signin", "/not-found", "/error" })
        {
            using HttpResponseMessage page = await visitor.GetAsync(path);
            string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy);
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.Contains("object-src 'none'", policy);
            Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("max-age=", Assert.Single(page.Headers.GetValues("Strict-Transport-Security")));
            string html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.All(Script().Matches(html), script => Assert.Contains("src=", script.Value));
            Assert.DoesNotMatch(Handler(), html);
        }
    }

    [Fact]
    public async Task Page_OverPlainHttpFromElsewhere_IsRefusedWithWhatToDo()
    {
        using HttpRequestMessage ask = new(HttpMethod.Get, "/signin") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };

        using HttpResponseMessage page = await _host.Client.SendAsync(ask, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Contains("ssh -L", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script();

    [GeneratedRegex("<[^>]+ on[a-z]+=")]
    private static partial Regex Handler();
}
