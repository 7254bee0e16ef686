using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Nvml;

namespace TokenFactory.Web.Live.Floor;

/// <summary>
/// Joins what the engines and the telemetry say of each device, by the device's id. All GPUs are there, with or without a model; the
/// CPU is there where a model runs on it, or where there is no GPU.
/// </summary>
internal sealed class DeviceReader(MachineMonitor machine)
{
    // Shorter, and a few tokens more or less would move the figure.
    private const int EnergySeconds = 60;

    private const string GpuPrefix = "cuda:";

    private readonly Dictionary<string, string> _busy = [];
    private long _busyAt;

    /// <summary>The devices at the end of a second: the CPU where a model runs on it, then GPUs by index.</summary>
    public IReadOnlyList<DeviceSnapshot> Read(IReadOnlyList<ReplicaSnapshot> replicas, IReadOnlyList<ServedModel> models, long second)
    {
        DrawBusy(second);
        DeviceSnapshot[] gpus = [.. machine.Gpus.Select(gpu => ReadGpu(gpu, replicas, models, second))];
        IEnumerable<string> others = replicas.Select(replica => replica.Device.Id).Distinct().Except(gpus.Select(device => device.Id));
        DeviceSnapshot[] devices = [.. others.Select(id => ReadOther(id, replicas, models, second)), .. gpus];
        return devices.Length > 0 ? devices : [ReadOther("cpu:0", replicas, models, second)];
    }

    private DeviceSnapshot ReadGpu(Gpu gpu, IReadOnlyList<ReplicaSnapshot> replicas, IReadOnlyList<ServedModel> models, long second)
    {
        (double? tokens, double? idle) = ReadEnergy(models, id => id == gpu.Facts.Id, second, gpu.Joules(second - EnergySeconds, second));
        return new DeviceSnapshot
        {
            Id = gpu.Facts.Id,
            Name = gpu.Facts.Name,
            Gpu = gpu.Facts,
            Sample = gpu.Newest ?? default,
            Replicas = [.. replicas.Where(replica => replica.Device.Id == gpu.Facts.Id)],
            TokensPerJoule = tokens,
            IdleShare = idle,
            Busy = _busy.GetValueOrDefault(gpu.Facts.Id, ""),
        };
    }

    private DeviceSnapshot ReadOther(string id, IReadOnlyList<ReplicaSnapshot> replicas, IReadOnlyList<ServedModel> models, long second)
    {
        ReplicaSnapshot[] own = [.. replicas.Where(replica => replica.Device.Id == id)];
        bool isHost = IsHost(id);
        (double? tokens, double? idle) = isHost ? ReadEnergy(models, IsHost, second, machine.Joules(second - EnergySeconds, second)) : default;
        return new DeviceSnapshot
        {
            Id = id,
            Name = own.Length > 0 ? own[0].Device.Name : machine.Facts.CpuName,
            Host = isHost ? machine.Newest : null,
            Replicas = own,
            TokensPerJoule = tokens,
            IdleShare = idle,
            Busy = isHost ? _busy.GetValueOrDefault("", "") : "",
        };
    }

    private static bool IsHost(string device) => !device.StartsWith(GpuPrefix, StringComparison.Ordinal);

    /// <summary>Replicas on the CPU share one meter: their tokens and what they are charged with are set together against its joules.</summary>
    private static (double? TokensPerJoule, double? IdleShare) ReadEnergy(
        IReadOnlyList<ServedModel> models, Predicate<string> isMetered, long second, double? joules)
    {
        if (joules is not > 0)
        {
            return default;
        }
        long tokens = 0;
        double charged = 0;
        Span<RateSample> seconds = stackalloc RateSample[EnergySeconds];
        foreach (EngineLoop replica in models.SelectMany(model => model.Replicas).Where(replica => isMetered(replica.Device.Id)))
        {
            replica.Rates.CopyTo(seconds, second + 1);
            foreach (ref readonly RateSample rate in seconds)
            {
                tokens += rate.Generated;
                charged += rate.Joules;
            }
        }
        return (tokens / joules, Math.Clamp(1 - (charged / joules.Value), 0, 1));
    }

    /// <summary>Lines change only when a point of them is whole.</summary>
    private void DrawBusy(long second)
    {
        long end = (second + 1) / Sparkline.SecondsPerPoint * Sparkline.SecondsPerPoint;
        if (end == _busyAt && _busy.Count > machine.Gpus.Count)
        {
            return;
        }
        _busyAt = end;
        const int Seconds = Sparkline.Points * Sparkline.SecondsPerPoint;
        HostSecond?[] host = new HostSecond?[Seconds];
        machine.History.CopyTo(host, end);
        _busy[""] = Sparkline.Draw([.. host.Select(sample => sample?.CpuUtilization)]);
        GpuSample?[] samples = new GpuSample?[Seconds];
        foreach (Gpu gpu in machine.Gpus)
        {
            gpu.History.CopyTo(samples, end);
            _busy[gpu.Facts.Id] = Sparkline.Draw([.. samples.Select(sample => sample?.UtilizationPercent / 100.0)]);
        }
    }
}
