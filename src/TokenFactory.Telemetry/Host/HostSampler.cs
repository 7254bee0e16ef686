using System.Runtime.InteropServices;

namespace TokenFactory.Telemetry.Host;

/// <summary>
/// Reads the machine's own counters. On systems without <c>/proc</c> every figure is null. Safe for several threads; rates are since
/// the sample before, whoever took it.
/// </summary>
public sealed class HostSampler
{
    private readonly Lock _lock = new();
    private readonly string _procRoot;
    private readonly TimeProvider _clock;
    private readonly RaplCounter _rapl;
    private CpuTimes? _lastTimes;
    private long _lastAt;
    private double _joules;

    public HostSampler()
        : this("/proc", "/sys", TimeProvider.System)
    {
    }

    /// <param name="procRoot">Where <c>/proc</c> is.</param>
    /// <param name="sysRoot">Where <c>/sys</c> is.</param>
    /// <param name="clock">Says when, and how long lies between samples.</param>
    public HostSampler(string procRoot, string sysRoot, TimeProvider clock)
    {
        _procRoot = procRoot;
        _clock = clock;
        _rapl = new RaplCounter(sysRoot);
        _lastTimes = ReadTimes();
        _lastAt = clock.GetTimestamp();
        Facts = ReadFacts();
    }

    public HostFacts Facts { get; }

    /// <summary>Whether the CPU's energy counters can be read here.</summary>
    public bool MeasuresEnergy => _rapl.IsAvailable;

    /// <summary>Takes a sample.</summary>
    public HostSample Sample()
    {
        lock (_lock)
        {
            CpuTimes? times = ReadTimes();
            double? utilization = _lastTimes is { } before && times is { } after ? CpuTimes.Utilization(before, after) : null;
            double seconds = _clock.GetElapsedTime(_lastAt).TotalSeconds;
            double? joules = _rapl.TakeJoules();
            double? watts = seconds > 0 ? joules / seconds : null;
            _joules += joules ?? 0;
            _lastTimes = times;
            _lastAt = _clock.GetTimestamp();
            string? memory = ProcFile.ReadText(Path.Combine(_procRoot, "meminfo"));
            return new HostSample(
                _clock.GetUtcNow(), utilization, MemoryInfo.Find(memory, "MemTotal"), MemoryInfo.Find(memory, "MemAvailable"), watts)
            {
                CpuJoules = joules is null ? null : _joules,
            };
        }
    }

    private CpuTimes? ReadTimes() => CpuTimes.Parse(ProcFile.ReadText(Path.Combine(_procRoot, "stat")));

    private HostFacts ReadFacts()
    {
        string name = RuntimeInformation.ProcessArchitecture.ToString();
        int cores = 0;
        foreach (string line in (ProcFile.ReadText(Path.Combine(_procRoot, "cpuinfo")) ?? "").Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string key = colon < 0 ? "" : line[..colon].Trim();
            if (key == "processor")
            {
                cores++;
            }
            else if (key == "model name")
            {
                name = line[(colon + 1)..].Trim();
            }
        }
        return new HostFacts(name, cores > 0 ? cores : Environment.ProcessorCount);
    }
}
