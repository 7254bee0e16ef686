using System.Runtime.InteropServices;
using System.Text;

namespace TokenFactory.Telemetry.Nvml.Interop;

/// <summary>
/// The functions of <c>libnvidia-ml.so.1</c> that are used here, found when the library is loaded: an instance may load any path, and a
/// function that an older or newer driver lacks answers <see cref="NvmlReturn.FunctionNotFound"/>. Devices are NVML's own handles.
/// </summary>
internal sealed unsafe class NvmlLibrary : IDisposable
{
    public const string DefaultPath = "libnvidia-ml.so.1";

    // NVML_DEVICE_NAME_V2_BUFFER_SIZE and NVML_DEVICE_UUID_V2_BUFFER_SIZE.
    private const int TextLength = 96;

    // NVML_TEMPERATURE_GPU; NVML_TEMPERATURE_THRESHOLD_SLOWDOWN.
    private const int GpuSensor = 0;
    private const int SlowdownThreshold = 1;

    private readonly nint _library;
    private readonly delegate* unmanaged<int> _init;
    private readonly delegate* unmanaged<int> _shutdown;
    private readonly delegate* unmanaged<byte*, uint, int> _driverVersion;
    private readonly delegate* unmanaged<uint*, int> _count;
    private readonly delegate* unmanaged<uint, nint*, int> _handle;
    private readonly delegate* unmanaged<nint, byte*, uint, int> _name;
    private readonly delegate* unmanaged<nint, byte*, uint, int> _uuid;
    private readonly delegate* unmanaged<nint, NvmlUtilization*, int> _utilization;
    private readonly delegate* unmanaged<nint, NvmlMemory*, int> _memory;
    private readonly delegate* unmanaged<nint, uint*, int> _power;
    private readonly delegate* unmanaged<nint, uint*, int> _powerLimit;
    private readonly delegate* unmanaged<nint, ulong*, int> _energy;
    private readonly delegate* unmanaged<nint, int, uint*, int> _temperature;
    private readonly delegate* unmanaged<nint, int, uint*, int> _threshold;
    private readonly delegate* unmanaged<nint, int, uint*, int> _clock;
    private readonly delegate* unmanaged<nint, int, uint*, int> _maxClock;
    private readonly delegate* unmanaged<nint, ulong*, int> _clockReasons;

    private NvmlLibrary(nint library)
    {
        _library = library;
        _init = (delegate* unmanaged<int>)Find("nvmlInit_v2");
        _shutdown = (delegate* unmanaged<int>)Find("nvmlShutdown");
        _driverVersion = (delegate* unmanaged<byte*, uint, int>)Find("nvmlSystemGetDriverVersion");
        _count = (delegate* unmanaged<uint*, int>)Find("nvmlDeviceGetCount_v2");
        _handle = (delegate* unmanaged<uint, nint*, int>)Find("nvmlDeviceGetHandleByIndex_v2");
        _name = (delegate* unmanaged<nint, byte*, uint, int>)Find("nvmlDeviceGetName");
        _uuid = (delegate* unmanaged<nint, byte*, uint, int>)Find("nvmlDeviceGetUUID");
        _utilization = (delegate* unmanaged<nint, NvmlUtilization*, int>)Find("nvmlDeviceGetUtilizationRates");
        _memory = (delegate* unmanaged<nint, NvmlMemory*, int>)Find("nvmlDeviceGetMemoryInfo");
        _power = (delegate* unmanaged<nint, uint*, int>)Find("nvmlDeviceGetPowerUsage");
        _powerLimit = (delegate* unmanaged<nint, uint*, int>)Find("nvmlDeviceGetEnforcedPowerLimit");
        _energy = (delegate* unmanaged<nint, ulong*, int>)Find("nvmlDeviceGetTotalEnergyConsumption");
        _temperature = (delegate* unmanaged<nint, int, uint*, int>)Find("nvmlDeviceGetTemperature");
        _threshold = (delegate* unmanaged<nint, int, uint*, int>)Find("nvmlDeviceGetTemperatureThreshold");
        _clock = (delegate* unmanaged<nint, int, uint*, int>)Find("nvmlDeviceGetClockInfo");
        _maxClock = (delegate* unmanaged<nint, int, uint*, int>)Find("nvmlDeviceGetMaxClockInfo");
        // Renamed in driver 535; older ones have only the second.
        _clockReasons = (delegate* unmanaged<nint, ulong*, int>)Find("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons");
    }

    /// <summary>Loads the library; null where there is none.</summary>
    public static NvmlLibrary? Load(string path) => NativeLibrary.TryLoad(path, out nint library) ? new NvmlLibrary(library) : null;

    public NvmlReturn Initialize() => _init == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)_init();

    public NvmlReturn Count(out uint count)
    {
        uint value = 0;
        NvmlReturn result = _count == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)_count(&value);
        count = value;
        return result;
    }

    public NvmlReturn Handle(uint index, out nint device)
    {
        nint value = 0;
        NvmlReturn result = _handle == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)_handle(index, &value);
        device = value;
        return result;
    }

    public string? DriverVersion()
    {
        byte* text = stackalloc byte[TextLength];
        return _driverVersion != null && _driverVersion(text, TextLength) == 0 ? Text(text) : null;
    }

    public string? Name(nint device) => Text(_name, device);

    public string? Uuid(nint device) => Text(_uuid, device);

    public NvmlReturn Utilization(nint device, out NvmlUtilization percent)
    {
        NvmlUtilization value = default;
        NvmlReturn result = _utilization == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)_utilization(device, &value);
        percent = value;
        return result;
    }

    public NvmlReturn Memory(nint device, out NvmlMemory bytes)
    {
        NvmlMemory value = default;
        NvmlReturn result = _memory == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)_memory(device, &value);
        bytes = value;
        return result;
    }

    public NvmlReturn Power(nint device, out uint milliwatts) => Read(_power, device, out milliwatts);

    public NvmlReturn PowerLimit(nint device, out uint milliwatts) => Read(_powerLimit, device, out milliwatts);

    public NvmlReturn Energy(nint device, out ulong millijoules) => Read(_energy, device, out millijoules);

    public NvmlReturn Temperature(nint device, out uint celsius) => Read(_temperature, device, GpuSensor, out celsius);

    public NvmlReturn SlowdownTemperature(nint device, out uint celsius) => Read(_threshold, device, SlowdownThreshold, out celsius);

    public NvmlReturn Clock(nint device, NvmlClock clock, out uint megahertz) => Read(_clock, device, (int)clock, out megahertz);

    public NvmlReturn MaxClock(nint device, NvmlClock clock, out uint megahertz) => Read(_maxClock, device, (int)clock, out megahertz);

    public NvmlReturn ClockReasons(nint device, out ulong bits) => Read(_clockReasons, device, out bits);

    public void Dispose()
    {
        if (_shutdown != null)
        {
            _ = _shutdown();
        }
        NativeLibrary.Free(_library);
    }

    private static NvmlReturn Read(delegate* unmanaged<nint, uint*, int> function, nint device, out uint read)
    {
        uint value = 0;
        NvmlReturn result = function == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)function(device, &value);
        read = value;
        return result;
    }

    private static NvmlReturn Read(delegate* unmanaged<nint, ulong*, int> function, nint device, out ulong read)
    {
        ulong value = 0;
        NvmlReturn result = function == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)function(device, &value);
        read = value;
        return result;
    }

    private static NvmlReturn Read(delegate* unmanaged<nint, int, uint*, int> function, nint device, int which, out uint read)
    {
        uint value = 0;
        NvmlReturn result = function == null ? NvmlReturn.FunctionNotFound : (NvmlReturn)function(device, which, &value);
        read = value;
        return result;
    }

    private static string? Text(delegate* unmanaged<nint, byte*, uint, int> function, nint device)
    {
        byte* text = stackalloc byte[TextLength];
        return function != null && function(device, text, TextLength) == 0 ? Text(text) : null;
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private nint Find(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryGetExport(_library, name, out nint function))
            {
                return function;
            }
        }
        return 0;
    }
}
