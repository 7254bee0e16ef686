using System.Net;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>Signing in through an OpenID Connect provider.</summary>
public sealed class ProviderSignInTests(ProviderHost shared) : IClassFixture<ProviderHost>
{
    private readonly IdentityProvider _provider = shared.Provider;
    private readonly HostProcess _host = shared.Host;

    [Fact]
    public async Task User_WithAMappedGroup_ComesInAndFollowsTheProvidersRole()
    {
        _provider.Groups = ["everyone", "ml-platform"];
        using FormClient visitor = new(_host.Client.BaseAddress!);
        using HttpResponseMessage page = await visitor.GetAsync("/signin");
        Assert.Contains("Sign in with Example ID", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal("/accounts", await SignInAsync(visitor, "/accounts"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(visitor, "/accounts"));

        // The same person with another role: the same account, and the earlier session ends.
        _provider.Groups = ["viewer"];
        using FormClient again = new(_host.Client.BaseAddress!);
        Assert.Equal("/", await SignInAsync(again, "/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(again, "/queue"));
        Assert.Equal("/denied", (await LocationAsync(again, "/accounts")).AbsolutePath);
    }

    [Fact]
    public async Task User_WithoutARole_IsTurnedAwayWithWhatToDo()
    {
        _provider.Groups = ["everyone"];
        using FormClient visitor = new(_host.Client.BaseAddress!);

        Assert.Equal("/signin?problem=no-role", await SignInAsync(visitor, "/"));
        using HttpResponseMessage page = await visitor.GetAsync("/signin?problem=no-role");
        Assert.Contains("has no role here", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(visitor, "/queue"));
    }

    [Fact]
    public async Task User_NamedAsALocalAccount_GetsAnAccountOfTheirOwn()
    {
        (_provider.Name, _provider.Subject, _provider.Groups) = ("admin", "99", ["viewer"]);
        using FormClient visitor = new(_host.Client.BaseAddress!);

        Assert.Equal("/", await SignInAsync(visitor, "/"));

        Assert.Equal("/denied", (await LocationAsync(visitor, "/accounts")).AbsolutePath);
        using FormClient local = new(_host.Client.BaseAddress!);
        (await local.SignInAsync("admin", HostProcess.AdminPassword)).Dispose();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(local, "/accounts"));
    }

    [Theory]
    [InlineData("/signin?problem=%3Cb%3Ecall%20this%20number%3C/b%3E")]
    public async Task SignIn_WithATextInItsAddress_DoesNotShowIt(string path)
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);
        using HttpResponseMessage page = await visitor.GetAsync(path);

        Assert.DoesNotContain("call this number", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Configuration_ThatNamesNoRole_EndsTheStartWithWhatToDo()
    {
        await using HostProcess host = HostProcess.Launch(
            new Dictionary<string, string>
            {
                ["TokenFactory__SignIn__OpenIdConnect__Authority"] = _provider.Authority,
                ["TokenFactory__SignIn__OpenIdConnect__ClientId"] = IdentityProvider.ClientId,
                ["TokenFactory__SignIn__OpenIdConnect__Roles__staff"] = "boss",
            },
            "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("names the role boss", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    /// <summary>Goes to the provider and back.</summary>
    /// <returns>Where the visitor ends up.</returns>
    private async Task<string> SignInAsync(FormClient visitor, string wanted)
    {
        Uri authorize = await LocationAsync(visitor, $"/signin/provider?returnUrl={Uri.EscapeDataString(wanted)}");
        Assert.StartsWith(_provider.Authority, $"{authorize}");
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false });
        using HttpResponseMessage agreed = await browser.GetAsync(authorize);
        return (await LocationAsync(visitor, agreed.Headers.Location!.PathAndQuery)).PathAndQuery;
    }

    private async Task<Uri> LocationAsync(FormClient visitor, string path)
    {
        using HttpResponseMessage answer = await visitor.GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.Found, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}\n{_host.Output}");
        return new Uri(_host.Client.BaseAddress!, answer.Headers.Location!);
    }

    private static async Task<HttpStatusCode> StatusAsync(FormClient visitor, string path)
    {
        using HttpResponseMessage answer = await visitor.GetAsync(path);
        return answer.StatusCode;
    }
}
