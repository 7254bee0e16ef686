using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Ledger;

/// <summary>The product killed without warning, again and again, under load: what clients were given is in the ledger, once.</summary>
[Collection(Alone.Name)]
public sealed class KillTests : IDisposable
{
    private const int Kills = 20;
    private const int Streams = 200;
    private const int MostTokens = 600;

    /// <summary>What a crash may lose: tokens delivered within this time before it.</summary>
    private static readonly TimeSpan MostLost = TimeSpan.FromSeconds(1);

    private static readonly string AdminKey = KeySecret.Create();
    private static readonly string ApiKey = KeySecret.Create();

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-kill-");
    private readonly ConcurrentDictionary<string, Delivered> _delivered = new();

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Process_KilledTwentyTimesUnderLoad_KeepsALedgerThatIsTrue()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs POSIX signals");
        Random random = new(7);
        TimeSpan worst = TimeSpan.Zero;
        for (int kill = 0; kill < Kills; kill++)
        {
            await RunAndKillAsync(TimeSpan.FromMilliseconds(random.Next(900, 2000)));
            TimeSpan lost = await CheckAsync();
            worst = lost > worst ? lost : worst;
        }

        Assert.True(_delivered.Count > Kills * 20, $"only {_delivered.Count} streams got anything");
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{_delivered.Count} streams, {_delivered.Values.Sum(stream => stream.Times.Count)} tokens delivered; lost at most the last {worst.TotalMilliseconds:F0} ms before a kill");
        Assert.True(worst <= MostLost, $"tokens delivered {worst.TotalMilliseconds:F0} ms before a kill are not in the ledger");
    }

    private async Task<HostProcess> StartAsync()
    {
        HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["TokenFactory__Bootstrap__AdminKey"] = AdminKey,
                ["TokenFactory__Bootstrap__ApiKey"] = ApiKey,
                ["TokenFactory__Models__0__MaxSequences"] = "64",
            },
            "--data",
            _data.FullName);
        return host;
    }

    private async Task RunAndKillAsync(TimeSpan time)
    {
        await using HostProcess host = await StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        using CancellationTokenSource over = new();
        Task[] streams = [.. Enumerable.Range(0, Streams).Select(i => StreamAsync(host.Client, $"Once upon a time, number {i},", over.Token))];
        await Task.Delay(time);
        host.Signal("KILL");
        long killed = Stopwatch.GetTimestamp();
        await over.CancelAsync();
        await Task.WhenAll(streams);
        foreach (Delivered stream in _delivered.Values.Where(stream => stream.KilledAt == 0))
        {
            stream.KilledAt = killed;
        }
    }

    /// <summary>Reads a stream to its end or the server's, and notes when each token came.</summary>
    private async Task StreamAsync(HttpClient client, string prompt, CancellationToken over)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
            {
                Content = JsonContent.Create(new { model = "demo", prompt, stream = true, max_tokens = MostTokens, ignore_eos = true, logprobs = 0 }),
            };
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
            using StreamReader reader = new(await response.Content.ReadAsStreamAsync(over));
            while (await reader.ReadLineAsync(over) is { } line)
            {
                if (line.StartsWith("data: {", StringComparison.Ordinal))
                {
                    Note(JsonElement.Parse(line[6..]));
                }
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            // The server is gone, as the test wants; what came before counts.
        }
    }

    private void Note(JsonElement chunk)
    {
        JsonElement logprobs = chunk.GetProperty("choices")[0].GetProperty("logprobs");
        if (logprobs.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        long now = Stopwatch.GetTimestamp();
        Delivered stream = _delivered.GetOrAdd(chunk.GetProperty("id").GetString()!, _ => new Delivered());
        for (int i = logprobs.GetProperty("tokens").GetArrayLength(); i > 0; i--)
        {
            stream.Times.Add(now);
        }
    }

    /// <summary>Starts again, checks the ledger, and says how long before its kill the earliest token came that is not in it.</summary>
    private async Task<TimeSpan> CheckAsync()
    {
        await using HostProcess host = await StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        JsonElement report = await host.Client.GetFromJsonAsync<JsonElement>("/admin/v1/ledger/verify");
        Assert.True(report.GetProperty("whole").GetBoolean(), report.GetRawText());
        string[] lines = (await host.Client.GetStringAsync("/admin/v1/usage/export?format=jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] rows = [.. lines.Select(line => JsonElement.Parse(line))];
        Dictionary<string, int> counted = rows.ToDictionary(row => row.GetProperty("idempotency_key").GetString()!, row => row.GetProperty("generated_tokens").GetInt32());
        Assert.Equal(rows.Length, report.GetProperty("rows").GetInt32());
        Assert.All(rows, row => Assert.InRange(row.GetProperty("generated_tokens").GetInt32(), 0, MostTokens));

        TimeSpan worst = TimeSpan.Zero;
        foreach ((string id, Delivered stream) in _delivered)
        {
            int inLedger = counted.GetValueOrDefault(id);
            if (inLedger < stream.Times.Count)
            {
                TimeSpan lost = Stopwatch.GetElapsedTime(stream.Times[inLedger], stream.KilledAt);
                worst = lost > worst ? lost : worst;
            }
        }
        return worst;
    }

    /// <summary>When a stream's tokens came, one entry a token, and when its server was killed.</summary>
    private sealed class Delivered
    {
        public List<long> Times { get; } = [];

        public long KilledAt { get; set; }
    }
}
