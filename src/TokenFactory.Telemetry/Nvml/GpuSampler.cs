using TokenFactory.Telemetry.Nvml.Interop;

namespace TokenFactory.Telemetry.Nvml;

/// <summary>
/// Asks the GPUs through NVML. A machine without a driver has none, and a driver that appears later is found by itself. One thread
/// samples; anybody reads.
/// </summary>
public sealed class GpuSampler : IDisposable
{
    private const int LookAgainSeconds = 30;

    private readonly Lock _lock = new();
    private readonly string _path;
    private NvmlLibrary? _nvml;
    private volatile IReadOnlyList<Gpu> _gpus = [];
    private volatile GpuDriver _driver = GpuDriver.Unknown;
    private long _lookAt;
    private bool _disposed;

    /// <param name="path">The NVML library; null: the driver's own, by the loader's search.</param>
    public GpuSampler(string? path = null) => _path = string.IsNullOrEmpty(path) ? NvmlLibrary.DefaultPath : path;

    /// <summary>Whether GPUs can be asked, and why not.</summary>
    public GpuDriver Driver => _driver;

    /// <summary>The GPUs, by index; empty where there are none.</summary>
    public IReadOnlyList<Gpu> Gpus => _gpus;

    /// <summary>Asks every GPU. Allocates nothing once the GPUs are known.</summary>
    /// <param name="second">The second that has just ended, in Unix time.</param>
    public void Sample(long second)
    {
        lock (_lock)
        {
            if (_disposed || (_nvml is null && !TryOpen(second)))
            {
                return;
            }
            IReadOnlyList<Gpu> gpus = _gpus;
            for (int i = 0; i < gpus.Count; i++)
            {
                gpus[i].Sample(second);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _nvml?.Dispose();
            _nvml = null;
        }
    }

    private bool TryOpen(long second)
    {
        if (second < _lookAt)
        {
            return false;
        }
        _lookAt = second + LookAgainSeconds;
        if (NvmlLibrary.Load(_path) is not { } nvml)
        {
            _driver = GpuDriver.NoLibrary(_path);
            return false;
        }
        NvmlReturn result = nvml.Initialize();
        uint count = 0;
        result = result == NvmlReturn.Success ? nvml.Count(out count) : result;
        if (result != NvmlReturn.Success)
        {
            _driver = GpuDriver.Refused(result);
            nvml.Dispose();
            return false;
        }
        _nvml = nvml;
        _gpus = [.. Enumerable.Range(0, (int)count).Select(index => new Gpu(nvml, index))];
        _driver = GpuDriver.Found(nvml.DriverVersion(), (int)count);
        return true;
    }
}
