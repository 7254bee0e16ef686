using System.Net;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>The doors of the pages, asked by HTTP as a browser asks.</summary>
public sealed class SignInTests(SignInHost shared) : IClassFixture<SignInHost>
{
    private readonly HostProcess _host = shared.Host;

    [Theory]
    [InlineData("/")]
    [InlineData("/queue?tenant=lab")]
    [InlineData("/policies")]
    [InlineData("/tenants")]
    [InlineData("/usage")]
    [InlineData("/playground")]
    [InlineData("/audit")]
    [InlineData("/accounts")]
    [InlineData("/account/password")]
    [InlineData("/console/usage/export?what=rows&format=csv")]
    public async Task Page_WithoutASession_LeadsToTheSignInAndBack(string path)
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);

        using HttpResponseMessage answer = await visitor.GetAsync(path);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal($"/signin?returnUrl={Uri.EscapeDataString(path)}", answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.PathAndQuery : $"{answer.Headers.Location}");
    }

    [Fact]
    public async Task Api_AndHealth_AreNoConcernOfTheSession()
    {
        foreach (string path in new[] { "/v1/models", "/health/live", "/metrics", "/css/app.css", "/signin" })
        {
            using HttpResponseMessage answer = await _host.Client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("//evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/queue?lane=Batch", "/queue?lane=Batch")]
    public async Task SignIn_Done_LeadsToPathsOfThisHostOnly(string wanted, string expected)
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);

        using HttpResponseMessage answer = await visitor.SubmitAsync(
            $"/signin?returnUrl={Uri.EscapeDataString(wanted)}", new Dictionary<string, string> { ["Name"] = "Admin", ["Password"] = HostProcess.AdminPassword });

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Uri led = new(_host.Client.BaseAddress!, answer.Headers.Location!);
        Assert.Equal(new Uri(_host.Client.BaseAddress!, expected), led);
        using HttpResponseMessage page = await visitor.GetAsync(expected);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task SignIn_OfAWrongNameOrPassword_SaysTheSame()
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);

        using HttpResponseMessage name = await visitor.SignInAsync("nobody", HostProcess.AdminPassword);
        using HttpResponseMessage password = await visitor.SignInAsync("admin", "wrong");

        Assert.Contains("do not match", await name.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("do not match", await password.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain(visitor.Cookies.GetAllCookies(), cookie => cookie.Name == "tokenfactory");
    }

    [Theory]
    [InlineData("/signin")]
    [InlineData("/signout")]
    [InlineData("/account/password")]
    public async Task Form_FromAnotherSite_IsRefused(string path)
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);
        (await visitor.SignInAsync("admin", HostProcess.AdminPassword)).Dispose();

        using HttpResponseMessage answer = await visitor.PostAsync(path, new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["Name"] = "admin",
            ["Password"] = HostProcess.AdminPassword,
            ["Current"] = HostProcess.AdminPassword,
            ["Wanted"] = "taken over",
            ["Repeated"] = "taken over",
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using HttpResponseMessage page = await visitor.GetAsync("/audit");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }
}
