using System.Net;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>What guessing passwords meets.</summary>
public sealed class SignInAbuseTests : IAsyncLifetime
{
    private HostProcess _host = null!;

    public async ValueTask InitializeAsync() => _host = await HostProcess.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task SignIn_AfterFiveWrongPasswords_IsLockedForTheRightOneToo()
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);
        for (int i = 0; i < 5; i++)
        {
            (await visitor.SignInAsync("admin", $"wrong {i}")).Dispose();
        }

        using HttpResponseMessage right = await visitor.SignInAsync("admin", HostProcess.AdminPassword);

        Assert.Contains("This account is locked until", await right.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SignIn_TriedInAFlood_IsSlowedDownWithWhenToTryAgain()
    {
        using FormClient visitor = new(_host.Client.BaseAddress!);
        HttpStatusCode last = HttpStatusCode.OK;
        for (int i = 0; i < 40 && last != HttpStatusCode.TooManyRequests; i++)
        {
            using HttpResponseMessage answer = await visitor.PostAsync("/signin", new Dictionary<string, string> { ["Name"] = "x" });
            last = answer.StatusCode;
            Assert.Equal(last == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        using HttpResponseMessage api = await _host.Client.GetAsync("/v1/models", TestContext.Current.CancellationToken);
        Assert.True(api.IsSuccessStatusCode);
    }
}
