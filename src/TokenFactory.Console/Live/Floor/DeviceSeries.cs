using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Nvml;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A device over ten minutes, as means over <see cref="RateSeries.SecondsPerPoint"/>, oldest first; NaN where nothing was measured.</summary>
/// <param name="Utilization">In percent.</param>
/// <param name="Power">In watts.</param>
/// <param name="Clock">Of a GPU's processors, in MHz.</param>
/// <param name="LastSecond">Unix time of the last second of the last point.</param>
public sealed record DeviceSeries(double[] Utilization, double[] Power, double[] Clock, long LastSecond)
{
    private const int Seconds = RateSeries.Points * RateSeries.SecondsPerPoint;

    /// <summary>The points up to the newest whole one; all NaN for a device that cannot be asked.</summary>
    /// <param name="machine">Who asks.</param>
    /// <param name="device">Which.</param>
    /// <param name="lastSecond">Unix time of the last whole second.</param>
    public static DeviceSeries Read(MachineMonitor machine, DeviceSnapshot device, long lastSecond)
    {
        long end = RateSeries.AlignEnd(lastSecond);
        if (device.Gpu is not null && machine.FindGpu(device.Id) is { } gpu)
        {
            GpuSample?[] samples = new GpuSample?[Seconds];
            gpu.History.CopyTo(samples, end + 1);
            return new DeviceSeries(
                Means(samples, sample => sample.UtilizationPercent), Means(samples, sample => sample.PowerWatts), Means(samples, sample => sample.SmClock), end);
        }
        HostSecond?[] host = new HostSecond?[Seconds];
        if (device.Host is not null)
        {
            machine.History.CopyTo(host, end + 1);
        }
        return new DeviceSeries(Means(host, sample => sample.CpuUtilization * 100), Means(host, sample => sample.CpuWatts), Means(host, _ => null), end);
    }

    private static double[] Means<T>(T?[] seconds, Func<T, double?> read)
        where T : struct
    {
        double[] points = new double[RateSeries.Points];
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = seconds.AsSpan(i * RateSeries.SecondsPerPoint, RateSeries.SecondsPerPoint).ToArray()
                .Select(sample => sample is { } value ? read(value) : null).Average() ?? double.NaN;
        }
        return points;
    }
}
