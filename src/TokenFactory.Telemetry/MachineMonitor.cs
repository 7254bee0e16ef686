using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;

namespace TokenFactory.Telemetry;

/// <summary>A second of the machine, as far as its history is kept.</summary>
/// <param name="CpuUtilization">Busy share of all cores, 0 to 1.</param>
/// <param name="CpuWatts">Power of the CPU packages, in watts.</param>
/// <param name="CpuJoules">Energy of the CPU packages since the process watches, in joules.</param>
public readonly record struct HostSecond(double? CpuUtilization, double? CpuWatts, double? CpuJoules);

/// <summary>The machine and its GPUs, sampled once a second by whoever calls <see cref="Sample"/>.</summary>
public sealed class MachineMonitor(HostSampler host, GpuSampler gpus, TimeProvider clock)
{
    private volatile HostSample? _newest;
    private long _newestSecond = -1;

    /// <summary>What the machine is.</summary>
    public HostFacts Facts => host.Facts;

    /// <summary>Whether the CPU's energy counters can be read here.</summary>
    public bool MeasuresEnergy => host.MeasuresEnergy;

    /// <summary>The machine's newest sample; null before the first.</summary>
    public HostSample? Newest => _newest;

    /// <summary>The machine's last ten minutes.</summary>
    public SecondRing<HostSecond> History { get; } = new();

    /// <summary>Whether GPUs can be asked, and why not.</summary>
    public GpuDriver Driver => gpus.Driver;

    public IReadOnlyList<Gpu> Gpus => gpus.Gpus;

    /// <summary>The GPU that engines call <paramref name="id"/>; null where there is none.</summary>
    public Gpu? FindGpu(string id) => gpus.Gpus.FirstOrDefault(gpu => gpu.Facts.Id == id);

    /// <summary>Joules that the CPU packages drew between the ends of two seconds; null where that is not measured.</summary>
    public double? Joules(long from, long to) => EnergyMeter.Joules(History, static second => second.CpuJoules, from, to);

    /// <summary>
    /// Takes a sample of everything and files it under the second that has just ended; a second sample of the same second is not taken,
    /// since rates over a few milliseconds say nothing. One thread at a time.
    /// </summary>
    public void Sample()
    {
        long second = clock.GetUtcNow().ToUnixTimeSeconds() - 1;
        if (second == _newestSecond)
        {
            return;
        }
        _newestSecond = second;
        HostSample sample = host.Sample();
        _newest = sample;
        History.Add(second, new HostSecond(sample.CpuUtilization, sample.CpuWatts, sample.CpuJoules));
        gpus.Sample(second);
    }
}
