using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Ledger;

/// <summary>The product on a machine whose CPU says what it draws.</summary>
public sealed class EnergyTests : IDisposable
{
    private const double Watts = 40;

    private readonly DirectoryInfo _sys = Directory.CreateTempSubdirectory("tf-sys-");

    private string Counter => Path.Combine(_sys.FullName, "class/powercap/intel-rapl:0/energy_uj");

    public void Dispose() => _sys.Delete(recursive: true);

    [Fact]
    public async Task Request_Served_IsChargedWithEnergyInTheLedgerAndNeverMoreThanWasDrawn()
    {
        string zone = Directory.CreateDirectory(Path.GetDirectoryName(Counter)!).FullName;
        await File.WriteAllTextAsync(Path.Combine(zone, "name"), "package-0\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(zone, "max_energy_range_uj"), "262143328850\n", TestContext.Current.CancellationToken);
        Stopwatch drawing = Stopwatch.StartNew();
        Draw(drawing);
        using CancellationTokenSource over = new();
        Task power = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                Draw(drawing);
                await Task.Delay(20);
            }
        });
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string> { ["Telemetry__SysFolder"] = _sys.FullName });

        // The first seconds have no power yet: a request is charged from when there is one.
        double joules = 0;
        for (int i = 0; i < 100 && joules == 0; i++)
        {
            using HttpResponseMessage answer = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "Once", max_tokens = 200, ignore_eos = true });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            joules = await ReadJoulesAsync(host.Client);
        }
        await over.CancelAsync();
        await power;

        Assert.InRange(joules, 1e-6, drawing.Elapsed.TotalSeconds * Watts);
    }

    private void Draw(Stopwatch drawing)
    {
        string next = Counter + ".next";
        File.WriteAllText(next, ((long)(drawing.Elapsed.TotalSeconds * Watts * 1e6)).ToString(CultureInfo.InvariantCulture));
        File.Move(next, Counter, overwrite: true);
    }

    private static async Task<double> ReadJoulesAsync(HttpClient client)
    {
        JsonElement usage = JsonElement.Parse(await client.GetStringAsync("/v1/usage?period=month"));
        return Find(usage, "joules") ?? 0;
    }

    /// <summary>The first number of this name anywhere in it.</summary>
    private static double? Find(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .Select(member => member.Name == name && member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetDouble() : Find(member.Value, name)).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => element.EnumerateArray().Select(item => Find(item, name)).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
