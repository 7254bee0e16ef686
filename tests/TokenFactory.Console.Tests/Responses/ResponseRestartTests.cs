using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Responses;

/// <summary>The product killed and stopped while it computes responses in the background: they have failed, and each counts once.</summary>
[Collection(Alone.Name)]
public sealed class ResponseRestartTests : IDisposable
{
    private static readonly string AdminKey = KeySecret.Create();
    private static readonly string ApiKey = KeySecret.Create();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-responses-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Response_WhoseProcessEnds_HasFailedAndCountsOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs POSIX signals");
        List<string> ids = [];
        string finished = "";
        foreach (string signal in new[] { "KILL", "TERM" })
        {
            await using HostProcess host = await StartAsync();
            if (finished.Length == 0)
            {
                finished = await CreateAsync(host.Client, tokens: 1);
                await UntilAsync(host.Client, finished, shown => Status(shown) is "completed" or "incomplete");

                // Rows are written some times a second; a kill in between would lose it, as the ledger says.
                while (!(await CountedAsync(host.Client)).Contains(finished))
                {
                    await Task.Delay(20, TestContext.Current.CancellationToken);
                }
            }
            ids.Add(await CreateAsync(host.Client, tokens: 100_000));
            await UntilAsync(host.Client, ids[^1], shown => Status(shown) == "in_progress");
            host.Signal(signal);
            await host.WaitForExitAsync(Patience);
        }

        await using HostProcess last = await StartAsync();
        foreach (string id in ids)
        {
            JsonElement shown = await UntilAsync(last.Client, id, shown => Status(shown) is not ("queued" or "in_progress"));
            Assert.Equal(("failed", "server_error"), (Status(shown), shown.GetProperty("error").GetProperty("code").GetString()));
            Assert.Contains("server", shown.GetProperty("error").GetProperty("message").GetString());
        }
        Assert.NotEqual("failed", Status(await last.Client.GetFromJsonAsync<JsonElement>($"/v1/responses/{finished}", TestContext.Current.CancellationToken)));
        string[] counted = await CountedAsync(last.Client);
        Assert.Equal(counted.Distinct(), counted);
        Assert.Contains(finished, counted);

        // The one that was stopped; the killed one only where its first checkpoint came before the signal.
        Assert.Contains(ids[1], counted);
        Assert.All(counted, id => Assert.Contains(id, ids.Append(finished)));
    }

    private async Task<HostProcess> StartAsync()
    {
        HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["TokenFactory__Bootstrap__AdminKey"] = AdminKey,
                ["TokenFactory__Bootstrap__ApiKey"] = ApiKey,
            },
            "--data",
            _data.FullName);
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        return host;
    }

    /// <summary>What the ledger has, by the administrator's key.</summary>
    private static async Task<string[]> CountedAsync(HttpClient client)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(client.BaseAddress!, "/admin/v1/usage/export?format=jsonl"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string rows = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, rows);
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("idempotency_key").GetString()!)];
    }

    private static async Task<string> CreateAsync(HttpClient client, int tokens)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync(
            "/v1/responses", new { model = "demo", input = "Tell a story.", background = true, max_output_tokens = tokens, ignore_eos = true }, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string id, Predicate<JsonElement> isWanted)
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            JsonElement shown = await client.GetFromJsonAsync<JsonElement>($"/v1/responses/{id}", late.Token);
            if (isWanted(shown))
            {
                return shown;
            }
            await Task.Delay(2, late.Token);
        }
    }

    private static string? Status(JsonElement response) => response.GetProperty("status").GetString();
}
