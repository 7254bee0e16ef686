namespace TokenFactory.Telemetry.Host;

/// <summary>What the machine is.</summary>
/// <param name="CpuName">The CPU's model string (<c>model name</c> in <c>/proc/cpuinfo</c>); the architecture's name where it has none.</param>
/// <param name="LogicalCores">Hardware threads that the system schedules on.</param>
public sealed record HostFacts(string CpuName, int LogicalCores);
