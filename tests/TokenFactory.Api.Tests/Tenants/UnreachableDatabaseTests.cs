using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Keys;
using Xunit;

namespace TokenFactory.Api.Tests.Tenants;

public sealed class UnreachableDatabaseTests
{
    private const int CannotOpen = 14;

    [Theory]
    [InlineData("/v1/usage")]
    [InlineData("/admin/v1/usage")]
    [InlineData("/admin/v1/usage/export?format=csv")]
    [InlineData("/admin/v1/usage/export?format=jsonl")]
    [InlineData("/admin/v1/audit")]
    public async Task Reading_DatabaseAway_IsUnavailableAndNotAFailure(string path)
    {
        bool isAway = false;
        string admin = KeySecret.Create();
        await using ApiHost host = await ApiHost.StartAsync(
            pragmas: () => Volatile.Read(ref isAway) ? throw new SqliteException("away", CannotOpen) : "", keys: new FirstKeys(admin, KeySecret.Create()));
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Authorization = path.StartsWith("/admin", StringComparison.Ordinal) ? new AuthenticationHeaderValue("Bearer", admin) : null;

        Volatile.Write(ref isAway, true);
        using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        JsonElement error = await Answers.ReadErrorAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("database_unavailable", error.GetProperty("code").GetString());
        Assert.NotNull(response.Headers.RetryAfter);
        Volatile.Write(ref isAway, false);
    }
}
