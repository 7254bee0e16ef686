using System.Globalization;
using System.Text.RegularExpressions;
using TokenFactory.Engine.Cuda.Modules;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Compilation;

/// <summary>NVIDIA's own compiler takes every kernel, for every device that is served, and has nothing to say about it.</summary>
public sealed partial class KernelCompilationTests
{
    internal static readonly string[] Architectures = ["sm_80", "sm_89", "sm_90a", "compute_90"];

    public static TheoryData<string, string> All
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (string kernel in KernelVariants.Kernels)
            {
                foreach (string architecture in Architectures)
                {
                    all.Add(kernel, architecture);
                }
            }
            return all;
        }
    }

    [Fact]
    public void Variants_NameEveryKernel() => Assert.Equal(KernelSources.All, KernelVariants.Kernels.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Compile_EveryVariant_SucceedsWithoutWarningsOrSpills(string kernel, string architecture)
    {
        RealCompiler compiler = RealCompiler.Require();
        foreach (string[] constants in KernelVariants.Of(kernel))
        {
            (bool succeeded, int bytes, string log) = compiler.Compile(KernelSources.Find(kernel), architecture, constants);

            Assert.True(succeeded, log);
            Assert.True(bytes > 0);
            Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
            if (Resources.Read(log) is { } resources)
            {
                // Registers that do not fit go to memory, which costs more than any of these kernels gains.
                Assert.True(resources.SpilledBytes == 0, $"{string.Join(' ', constants)}: {log}");
            }
            else
            {
                Assert.StartsWith("compute_", architecture, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>What the assembler says a kernel needs.</summary>
    internal sealed partial record Resources(int Registers, int SpilledBytes)
    {
        public static Resources? Read(string log) =>
            Used().Match(log) is { Success: true } used && Spilled().Match(log) is { Success: true } spilled
                ? new Resources(Number(used.Groups[1]), Number(spilled.Groups[1]) + Number(spilled.Groups[2]))
                : null;

        private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

        [GeneratedRegex(@"Used (\d+) registers")]
        private static partial Regex Used();

        [GeneratedRegex(@"(\d+) bytes spill stores, (\d+) bytes spill loads")]
        private static partial Regex Spilled();
    }
}
