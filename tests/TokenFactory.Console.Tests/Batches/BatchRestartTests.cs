using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Batches;

/// <summary>The product stopped and killed while it computes a batch: every line is answered once and counted once.</summary>
[Collection(Alone.Name)]
public sealed class BatchRestartTests : IDisposable
{
    private const int Total = 400;
    private const int Tokens = 24;

    private static readonly string AdminKey = KeySecret.Create();
    private static readonly string ApiKey = KeySecret.Create();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-batch-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Batch_WhoseProcessIsKilledAndStopped_AnswersAndCountsEveryLineOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs POSIX signals");
        string batch = "";
        byte[] before = [];
        int least = 12;
        foreach (string signal in new[] { "KILL", "TERM", "KILL" })
        {
            await using (HostProcess host = await StartAsync(ApiKey))
            {
                batch = batch.Length > 0 ? batch : await CreateAsync(host.Client);
                JsonElement shown = await UntilAsync(host.Client, batch, shown => CountOf(shown, "completed") >= least);
                Assert.Equal("in_progress", shown.GetProperty("status").GetString());
                least = CountOf(shown, "completed") + 40;
                host.Signal(signal);
                await host.WaitForExitAsync(Patience);
            }
            byte[] left = await File.ReadAllBytesAsync(OutputFile(), TestContext.Current.CancellationToken);
            Assert.True(left.AsSpan().StartsWith(before), "lines that were written changed");
            before = left[..(left.AsSpan().LastIndexOf((byte)'\n') + 1)];

            // What a power cut leaves of a line; a kill alone is seldom so unlucky.
            await File.WriteAllBytesAsync(OutputFile(), [.. before, .. "{\"id\":\"batch_req_0"u8], TestContext.Current.CancellationToken);
        }

        await using HostProcess last = await StartAsync(ApiKey);
        JsonElement done = await UntilAsync(last.Client, batch, shown => shown.GetProperty("status").GetString() == "completed");
        byte[] output = await last.Client.GetByteArrayAsync($"/v1/files/{done.GetProperty("output_file_id").GetString()}/content", TestContext.Current.CancellationToken);
        Assert.True(output.AsSpan().StartsWith(before), "lines that were written before the last kill changed");
        JsonElement[] lines = Read(Encoding.UTF8.GetString(output));
        Assert.Equal((Total, Total, 0), (CountOf(done, "total"), CountOf(done, "completed"), CountOf(done, "failed")));
        Assert.Equal(Enumerable.Range(1, Total).Select(i => $"line-{i}").Order(), lines.Select(line => line.GetProperty("custom_id").GetString()).Order());
        await CheckLedgerAsync(last.Client, lines);
    }

    private async Task CheckLedgerAsync(HttpClient client, JsonElement[] lines)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        JsonElement report = await client.GetFromJsonAsync<JsonElement>("/admin/v1/ledger/verify");
        Assert.True(report.GetProperty("whole").GetBoolean(), report.GetRawText());
        JsonElement[] rows = Read(await client.GetStringAsync("/admin/v1/usage/export?format=jsonl"));
        Dictionary<string, JsonElement> counted = rows.ToDictionary(row => row.GetProperty("idempotency_key").GetString()!);
        Assert.Equal(Total, rows.Length);
        Assert.All(lines, line =>
        {
            JsonElement row = counted[line.GetProperty("id").GetString()!];
            JsonElement usage = line.GetProperty("response").GetProperty("body").GetProperty("usage");
            Assert.Equal(("batch", "length"), (row.GetProperty("lane").GetString(), row.GetProperty("outcome").GetString()));
            Assert.Equal(
                (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64()),
                (row.GetProperty("prompt_tokens").GetInt64(), row.GetProperty("generated_tokens").GetInt64()));
        });
    }

    private async Task<HostProcess> StartAsync(string key)
    {
        HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["TokenFactory__Bootstrap__AdminKey"] = AdminKey,
                ["TokenFactory__Bootstrap__ApiKey"] = ApiKey,
                ["Api__Batches__LinesUnderWay"] = "12",
            },
            "--data",
            _data.FullName);
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return host;
    }

    private static async Task<string> CreateAsync(HttpClient client)
    {
        string lines = string.Join('\n', Enumerable.Range(1, Total).Select(i => JsonSerializer.Serialize(new
        {
            custom_id = $"line-{i}",
            method = "POST",
            url = "/v1/completions",
            body = new { model = "demo", prompt = $"Once upon a time, number {i},", max_tokens = Tokens, temperature = 0, ignore_eos = true },
        })));
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { new StringContent(lines), "file", "requests.jsonl" } };
        JsonElement file = await ReadAsync(await client.PostAsync("/v1/files", form));
        JsonElement batch = await ReadAsync(await client.PostAsJsonAsync(
            "/v1/batches", new { input_file_id = file.GetProperty("id").GetString(), endpoint = "/v1/completions", completion_window = "24h" }));
        return batch.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string batch, Predicate<JsonElement> isWanted)
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            JsonElement shown = await client.GetFromJsonAsync<JsonElement>($"/v1/batches/{batch}", late.Token);
            if (isWanted(shown))
            {
                return shown;
            }
            await Task.Delay(20, late.Token);
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    private static JsonElement[] Read(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private static int CountOf(JsonElement batch, string which) => batch.GetProperty("request_counts").GetProperty(which).GetInt32();

    /// <summary>The file that answers are appended to: of all contents the one that begins as they do.</summary>
    private string OutputFile() => Directory.EnumerateFiles(Path.Combine(_data.FullName, "files")).Single(IsOutput);

    private static bool IsOutput(string file)
    {
        using StreamReader reader = new(file);
        return reader.ReadLine() is { } line && line.StartsWith("{\"id\":\"batch_req_", StringComparison.Ordinal);
    }
}
