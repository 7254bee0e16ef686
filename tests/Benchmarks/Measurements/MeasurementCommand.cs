using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Runs measurements by name, prints each as a line a figure, and writes them as JSON where <c>--json FILE</c> asks for it.</summary>
internal static class MeasurementCommand
{
    private static readonly Dictionary<string, Func<string[], Task<Measurement>>> Known = new()
    {
        ["products"] = ProductMeasurement.RunAsync,
        ["scheduler"] = SchedulerMeasurement.RunAsync,
        ["batching"] = BatchingMeasurement.RunAsync,
        ["prefix"] = PrefixMeasurement.RunAsync,
        ["tenants"] = TenantsMeasurement.RunAsync,
        ["perplexity"] = PerplexityMeasurement.RunAsync,
        ["admission"] = AdmissionMeasurement.RunAsync,
        ["cuda-host"] = CudaHostMeasurement.RunAsync,
        ["gateway"] = GatewayMeasurement.RunAsync,
        ["ledger"] = LedgerMeasurement.RunAsync,
        ["attention"] = AttentionMeasurement.RunAsync,
        ["peer"] = PeerMeasurement.RunAsync,
        ["speculation"] = SpeculationMeasurement.RunAsync,
        ["structured"] = StructuredMeasurement.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length == 0 || !Known.TryGetValue(args[0], out Func<string[], Task<Measurement>>? run))
        {
            Console.Error.WriteLine($"usage: measure NAME [--model FOLDER] [--precision Fp32|Int8|Int4] [--json FILE], where NAME is one of: {string.Join(", ", Known.Keys)}");
            return 2;
        }
        Measurement measurement = await run(args[1..]);
        foreach ((string name, double value, string unit) in measurement.Figures)
        {
            Console.WriteLine(FormattableString.Invariant($"{name,-48} {value,12:G5} {unit}"));
        }
        Console.WriteLine(measurement.Passed ? "within its bound" : "OUT OF BOUND");
        if (Arguments.Find(args, "--json") is { } file)
        {
            await File.WriteAllTextAsync(file, ToJson(args[0], measurement).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        }
        return measurement.Passed ? 0 : 1;
    }

    private static JsonObject ToJson(string name, Measurement measurement)
    {
        JsonObject figures = [];
        foreach ((string figure, double value, string unit) in measurement.Figures)
        {
            figures[$"{figure} [{unit}]"] = value;
        }
        return new JsonObject
        {
            ["measurement"] = name,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            ["processor"] = TokenFactory.Engine.Onnx.Execution.HostCpu.Name(),
            ["cores"] = Environment.ProcessorCount,
            ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            ["passed"] = measurement.Passed,
            ["figures"] = figures,
        };
    }
}

/// <summary>What a measurement found.</summary>
/// <param name="Passed">Whether its bound holds.</param>
/// <param name="Figures">Name, value and unit of each figure.</param>
internal sealed record Measurement(bool Passed, IReadOnlyList<(string Name, double Value, string Unit)> Figures);
