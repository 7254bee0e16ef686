using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>What tests order of the emulated device and ask it; driver.cpp and controls.cpp have these functions.</summary>
internal sealed unsafe class Emulator
{
    public const int OutOfMemory = 2;
    public const int IllegalAddress = 700;
    public const int LaunchFailed = 719;
    public const int Unknown = 999;

    private const int AnyDevice = -1;

    private readonly nint _library;
    private readonly delegate* unmanaged<void> _reset;
    private readonly delegate* unmanaged<ulong, void> _seed;
    private readonly delegate* unmanaged<byte*, int, int, int, void> _fail;
    private readonly delegate* unmanaged<byte*, long> _launches;
    private readonly delegate* unmanaged<nint> _lastWords;
    private readonly delegate* unmanaged<nuint> _allocatedBytes;
    private readonly delegate* unmanaged<nint> _liveObjects;
    private readonly delegate* unmanaged<nuint> _movedBytes;
    private readonly delegate* unmanaged<nuint> _touchedBytes;
    private readonly delegate* unmanaged<nuint, void> _setMemory;
    private readonly delegate* unmanaged<int, void> _setDevices;
    private readonly delegate* unmanaged<int, void> _setNull;
    private readonly delegate* unmanaged<void> _note;
    private readonly delegate* unmanaged<nint> _notes;
    private readonly delegate* unmanaged<double*, int, void> _setAlgorithms;
    private readonly delegate* unmanaged<int, void> _setCapability;
    private readonly delegate* unmanaged<nuint, void> _setFirstUse;

    public Emulator(string path)
    {
        _library = NativeLibrary.Load(path);
        _reset = (delegate* unmanaged<void>)Export("emu_reset");
        _seed = (delegate* unmanaged<ulong, void>)Export("emu_seed");
        _fail = (delegate* unmanaged<byte*, int, int, int, void>)Export("emu_fail");
        _launches = (delegate* unmanaged<byte*, long>)Export("emu_launches");
        _lastWords = (delegate* unmanaged<nint>)Export("emu_last_words");
        _allocatedBytes = (delegate* unmanaged<nuint>)Export("emu_allocated_bytes");
        _liveObjects = (delegate* unmanaged<nint>)Export("emu_live_objects");
        _movedBytes = (delegate* unmanaged<nuint>)Export("emu_moved_bytes");
        _touchedBytes = (delegate* unmanaged<nuint>)Export("emu_touched_bytes");
        _setMemory = (delegate* unmanaged<nuint, void>)Export("emu_set_memory");
        _setDevices = (delegate* unmanaged<int, void>)Export("emu_set_devices");
        _setNull = (delegate* unmanaged<int, void>)Export("emu_set_null");
        _note = (delegate* unmanaged<void>)Export("emu_note");
        _notes = (delegate* unmanaged<nint>)Export("emu_notes");
        _setCapability = (delegate* unmanaged<int, void>)Export("emu_set_capability");
        _setAlgorithms = (delegate* unmanaged<double*, int, void>)Export("emu_set_algorithms");
        _setFirstUse = (delegate* unmanaged<nuint, void>)Export("emu_set_first_use");
    }

    /// <summary>What went wrong last, in words; empty for nothing since <see cref="Reset"/>.</summary>
    public string LastWords => Marshal.PtrToStringUTF8(_lastWords()) ?? "";

    /// <summary>Device memory that is allocated now.</summary>
    public long AllocatedBytes => (long)_allocatedBytes();

    /// <summary>What the driver and cuBLASLt have made and not taken back, beside device memory: pinned memory, streams, modules, graphs and so on.</summary>
    public long LiveObjects => _liveObjects();

    /// <summary>Bytes of device memory that threads of kernels have asked for, reading or writing, since <see cref="Reset"/>.</summary>
    public long TouchedBytes => (long)_touchedBytes();

    /// <summary>Bytes that matrix products have read and written since <see cref="Reset"/>.</summary>
    public long MovedBytes => (long)_movedBytes();

    /// <summary>What was launched since <see cref="Note"/>, in order: kernels by their names, <c>matmul</c>, <c>graph</c>, <c>upload</c> and <c>download</c>.</summary>
    public string[] Notes => (Marshal.PtrToStringUTF8(_notes()) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Begins to note what is launched.</summary>
    public void Note() => _note();

    /// <summary>The algorithms that cuBLASLt offers from now on, by what a product takes with each on the device's clock.</summary>
    public void SetAlgorithms(params ReadOnlySpan<double> milliseconds)
    {
        fixed (double* first = milliseconds)
        {
            _setAlgorithms(first, milliseconds.Length);
        }
    }

    /// <summary>The memory that a kernel's code takes when it is launched first, from now on.</summary>
    public void SetFirstUse(long bytes) => _setFirstUse((nuint)bytes);

    /// <summary>Forgets orders, counts and errors.</summary>
    public void Reset() => _reset();

    /// <summary>Seeds the order in which the threads of a block take turns.</summary>
    public void Seed(ulong seed) => _seed(seed);

    /// <summary>Lets a function of the driver fail once, after it has succeeded a number of times; on one device, or on any.</summary>
    public void Fail(string function, int code, int after = 0, int device = AnyDevice) => WithText(function, text => _fail((byte*)text, code, after, device));

    /// <summary>Launches of a kernel since <see cref="Reset"/>; of all with an empty name.</summary>
    public long Launches(string kernel = "")
    {
        long count = 0;
        WithText(kernel, text => count = _launches((byte*)text));
        return count;
    }

    /// <summary>The device's memory from now on.</summary>
    public void SetMemory(long bytes) => _setMemory((nuint)bytes);

    /// <summary>The number of devices from now on.</summary>
    public void SetDevices(int count) => _setDevices(count);

    /// <summary>The compute capability of all devices; 9.0 until it is set.</summary>
    public void SetCapability(int major, int minor) => _setCapability((10 * major) + minor);

    /// <summary>Whether kernels and products do nothing, for measuring the host.</summary>
    public void SetNull(bool on) => _setNull(on ? 1 : 0);

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private static void WithText(string text, Action<nint> use)
    {
        nint native = Marshal.StringToCoTaskMemUTF8(text);
        try
        {
            use(native);
        }
        finally
        {
            Marshal.FreeCoTaskMem(native);
        }
    }
}
