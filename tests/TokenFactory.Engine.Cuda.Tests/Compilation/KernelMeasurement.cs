using System.Text.Json;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Compilation;

/// <summary>Writes down what registers each kernel takes, and how much code it is; docs/performance/README.md has the command.</summary>
public sealed class KernelMeasurement
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [Fact(Explicit = true)]
    public void Measure()
    {
        RealCompiler compiler = RealCompiler.Require();
        List<object> kernels = [];
        foreach (string kernel in KernelVariants.Kernels)
        {
            foreach (string[] constants in KernelVariants.Of(kernel))
            {
                foreach (string architecture in KernelCompilationTests.Architectures.Where(one => one.StartsWith("sm_", StringComparison.Ordinal)))
                {
                    (_, int bytes, string log) = compiler.Compile(KernelSources.Find(kernel), architecture, constants);
                    KernelCompilationTests.Resources resources = KernelCompilationTests.Resources.Read(log)!;
                    kernels.Add(new { Kernel = kernel, Constants = string.Join(' ', constants), architecture, resources.Registers, resources.SpilledBytes, ImageBytes = bytes });
                }
            }
        }
        string path = Path.Combine(SharedData.RepositoryRoot, "docs", "performance", "kernels.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { Measurement = "kernels", Compiler = $"NVRTC {compiler.Version}", Kernels = kernels }, Indented) + "\n");
    }
}
