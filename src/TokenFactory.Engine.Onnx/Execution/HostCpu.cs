namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>What the system says of the CPU.</summary>
internal static class HostCpu
{
    /// <summary>The maker's model string; the instruction set where the system tells none.</summary>
    public static string Name()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line is null
            ? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    /// <summary>Cores without their second hardware threads, which only get into each other's way in matrix products.</summary>
    public static int PhysicalCores()
    {
        const string Smt = "/sys/devices/system/cpu/smt/active";
        bool twoThreads = File.Exists(Smt) && File.ReadAllText(Smt).Trim() == "1";
        return Math.Max(1, twoThreads ? Environment.ProcessorCount / 2 : Environment.ProcessorCount);
    }
}
