using System.Net;
using System.Text.RegularExpressions;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>The first account, and the way back in.</summary>
public sealed partial class FirstAccountTests : IDisposable
{
    private static readonly Dictionary<string, string> NoPassword = new() { ["TokenFactory__SignIn__AdminPassword"] = "" };

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-accounts-");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Start_First_PrintsAPasswordOnceThatOpensNothingButItsReplacement()
    {
        string password;
        await using (HostProcess first = await HostProcess.StartAsync(NoPassword, "--data", _data.FullName))
        {
            await first.UntilPrintsAsync("Sign in to the pages as admin");
            password = OneTime().Match(first.Output).Value;
            using FormClient visitor = new(first.Client.BaseAddress!);
            (await visitor.SignInAsync("admin", password)).Dispose();

            using HttpResponseMessage kept = await visitor.GetAsync("/queue");
            Assert.Equal("/account/password", new Uri(first.Client.BaseAddress!, kept.Headers.Location!).AbsolutePath);
            using HttpResponseMessage export = await visitor.GetAsync("/console/usage/export?what=rows&format=csv");
            Assert.Equal(HttpStatusCode.Found, export.StatusCode);
            Assert.Contains("differ", await ChangeAsync(visitor, password, "new password 1", "new password 2"));
            Assert.Contains("at least 10", await ChangeAsync(visitor, password, "short", "short"));
            Assert.Contains("is the old one", await ChangeAsync(visitor, password, password, password));
            Assert.Contains("Incorrect", await ChangeAsync(visitor, "not this one", "new password 1", "new password 1"));
            Assert.Equal("", await ChangeAsync(visitor, password, "new password 1", "new password 1"));
            using HttpResponseMessage opened = await visitor.GetAsync("/queue");
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        }

        await using HostProcess second = await HostProcess.StartAsync(NoPassword, "--data", _data.FullName);
        Assert.DoesNotMatch(OneTime(), second.Output);
        Assert.False(await OpensAsync(second, password));
        Assert.True(await OpensAsync(second, "new password 1"));
    }

    [Fact]
    public async Task AccountsReset_BesideARunningServer_GivesAPasswordForOneSignIn()
    {
        await using HostProcess host = await HostProcess.StartAsync("--data", _data.FullName);

        (int code, string output) = await HostProcess.RunAsync("accounts", "reset", "Admin", "--data", _data.FullName);

        Assert.True(code == 0, output);
        Assert.False(await OpensAsync(host, HostProcess.AdminPassword));
        Assert.True(await OpensAsync(host, OneTime().Match(output).Value));
        (code, output) = await HostProcess.RunAsync("accounts", "reset", "nobody", "--data", _data.FullName);
        Assert.Equal(1, code);
        Assert.Contains("There is no account nobody", output);
        Assert.DoesNotContain("   at ", output);
    }

    [Fact]
    public async Task AdminPassword_TooShort_EndsTheStartWithWhatToDo()
    {
        await using HostProcess host = HostProcess.Launch(
            new Dictionary<string, string> { ["TokenFactory__SignIn__AdminPassword"] = "short" }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("TokenFactory:SignIn:AdminPassword", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    private static async Task<bool> OpensAsync(HostProcess host, string password)
    {
        using FormClient visitor = new(host.Client.BaseAddress!);
        using HttpResponseMessage answer = await visitor.SignInAsync("admin", password);
        return answer.StatusCode == HttpStatusCode.Found;
    }

    /// <returns>What the page says against it; empty where it was done.</returns>
    private static async Task<string> ChangeAsync(FormClient visitor, string current, string wanted, string repeated)
    {
        using HttpResponseMessage answer = await visitor.SubmitAsync(
            "/account/password", new Dictionary<string, string> { ["Current"] = current, ["Wanted"] = wanted, ["Repeated"] = repeated });
        return answer.StatusCode == HttpStatusCode.Found ? "" : Alert().Match(await answer.Content.ReadAsStringAsync()).Value;
    }

    [GeneratedRegex("[a-z2-9]{5}(-[a-z2-9]{5}){3}")]
    private static partial Regex OneTime();

    [GeneratedRegex("role=\"alert\">[^<]*")]
    private static partial Regex Alert();
}
