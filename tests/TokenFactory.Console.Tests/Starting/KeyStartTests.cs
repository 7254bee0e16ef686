using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Starting;

/// <summary>Keys, the database and the ledger as someone meets them who runs the product.</summary>
public sealed partial class KeyStartTests : IDisposable
{
    private static readonly Dictionary<string, string> Production = new() { ["ASPNETCORE_ENVIRONMENT"] = "Production" };

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-keys-");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Start_First_PrintsKeysOnceThatWorkAndEachRequestNeedsOne()
    {
        string[] keys;
        await using (HostProcess first = await HostProcess.StartAsync(Production, "--data", _data.FullName))
        {
            keys = [.. KeyText().Matches(first.Output).Select(match => match.Value)];
            Assert.Equal(2, keys.Length);
            using HttpResponseMessage stranger = await first.Client.PostAsJsonAsync("/v1/completions", new { prompt = "Once", max_tokens = 1 });
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
            Assert.Contains("blazor.web", await first.Client.GetStringAsync("/"));
            using HttpRequestMessage fromElsewhere = new(HttpMethod.Get, "/queue") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };
            using HttpResponseMessage page = await first.Client.SendAsync(fromElsewhere);
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            Assert.Contains("ssh -L", await page.Content.ReadAsStringAsync());
        }

        await using HostProcess second = await HostProcess.StartAsync(Production, "--data", _data.FullName);
        Assert.DoesNotMatch(KeyText(), second.Output);
        second.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys[1]);
        using HttpResponseMessage answer = await second.Client.PostAsJsonAsync("/v1/completions", new { prompt = "Once", max_tokens = 3 });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        second.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys[0]);
        Assert.Contains("\"local\"", await second.Client.GetStringAsync("/admin/v1/tenants"));
    }

    [Fact]
    public async Task Bootstrap_KeyThatIsNone_IsNamedWithWhatToDo()
    {
        await using HostProcess host = HostProcess.Launch(
            new Dictionary<string, string> { ["TokenFactory__Bootstrap__AdminKey"] = "secret" }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("TokenFactory:Bootstrap", host.Output);
        Assert.Contains("tf-", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [Theory]
    [InlineData("factory.db", "Data Source=")]
    [InlineData("Data Source=/no/such/folder/factory.db", "folder")]
    [InlineData("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2", "cannot be reached")]
    public async Task Database_ThatCannotBeUsed_IsNamedWithWhatToDo(string connection, string words)
    {
        await using HostProcess host = HostProcess.Launch(
            new Dictionary<string, string> { ["TokenFactory__Database"] = connection }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(40)));
        Assert.Contains(words, host.Output);
        Assert.Contains("TokenFactory:Database", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [Fact]
    public async Task LedgerVerify_BesideARunningServerAndAfterTampering_SaysSo()
    {
        await using HostProcess host = await HostProcess.StartAsync("--data", _data.FullName);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "Once", max_tokens = 3 });
            Assert.True(answer.IsSuccessStatusCode);
        }
        await UntilWrittenAsync(host);

        (int code, string output) = await HostProcess.RunAsync("ledger", "verify", "--data", _data.FullName);
        Assert.True(code == 0, output);
        Assert.Contains("The ledger is whole: 3 rows", output);

        Execute("UPDATE usage SET GeneratedTokens = 1 WHERE Position = 2; UPDATE rollups SET Requests = 9 WHERE Period = 0");
        (code, output) = await HostProcess.RunAsync("ledger", "verify", "--data", _data.FullName);
        Assert.Equal(2, code);
        Assert.Contains("row 2", output);
        Assert.Contains("NOT whole", output);

        (code, output) = await HostProcess.RunAsync("ledger", "rebuild", "--data", _data.FullName);
        Assert.True(code == 0, output);
        (_, output) = await HostProcess.RunAsync("ledger", "verify", "--data", _data.FullName);
        Assert.Contains("row 2", output);
        Assert.DoesNotContain("The sums by", output);
    }

    [Fact]
    public async Task Start_OnADataFolderInUse_SaysSo()
    {
        await using HostProcess first = await HostProcess.StartAsync("--data", _data.FullName);

        (int code, string output) = await HostProcess.RunAsync("--urls", "http://127.0.0.1:0", "--data", _data.FullName);

        Assert.Equal(1, code);
        Assert.Contains("Another server works on this database", output);
        Assert.DoesNotContain("   at ", output);
    }

    [Fact]
    public async Task LedgerVerify_WithoutALedger_SaysWhatToDo()
    {
        (int code, string output) = await HostProcess.RunAsync("ledger", "verify", "--data", _data.FullName);

        Assert.Equal(1, code);
        Assert.Contains("start the server once", output);
        Assert.DoesNotContain("   at ", output);
    }

    private static async Task UntilWrittenAsync(HostProcess host)
    {
        for (int i = 0; i < 200 && !(await host.Client.GetStringAsync("/v1/usage?period=month")).Contains("\"requests\":3", StringComparison.Ordinal); i++)
        {
            await Task.Delay(50);
        }
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_data.FullName, "factory.db")}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [GeneratedRegex("tf-[A-Za-z0-9_-]{43}")]
    private static partial Regex KeyText();
}
