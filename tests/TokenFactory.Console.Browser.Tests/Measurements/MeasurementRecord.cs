using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>Keeps a measurement's figures beside the others in docs/performance, with what the machine was and how busy it was.</summary>
internal static class MeasurementRecord
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Keep(string name, bool passed, IReadOnlyDictionary<string, double> figures)
    {
        JsonObject json = new()
        {
            ["measurement"] = name,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["cores"] = Environment.ProcessorCount,
            ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            ["build"] = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
            ["load of the machine at the end, one minute"] = File.ReadAllText("/proc/loadavg").Split(' ')[0],
            ["passed"] = passed,
            ["figures"] = new JsonObject(figures.Select(figure => KeyValuePair.Create(figure.Key, (JsonNode?)Math.Round(figure.Value, 2)))),
        };
        string text = json.ToJsonString(Indented);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        File.WriteAllText(Path.Combine(SharedData.RepositoryRoot, $"docs/performance/{name}.json"), text + "\n");
    }
}
