using System.Text;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;

namespace TokenFactory.Engine.Cuda;

/// <summary>CUDA on this machine: whether it can be used, and the devices.</summary>
public static class CudaPlatform
{
    private const int ComputeMajor = 75;
    private const int ComputeMinor = 76;
    private const int Multiprocessors = 16;
    private const int SharedBytesOptIn = 97;
    private const int LeastComputeMajor = 8;
    private const int VersionsPerMajor = 1000;

    // Held for good: a model that is loaded after an estimate needs them anyway.
    private static readonly List<CudaContext> Contexts = [];

    /// <summary>Takes the driver, NVRTC and cuBLASLt from one file, for instance an emulated device. Before anything else here only.</summary>
    /// <exception cref="InvalidOperationException">A library is loaded already.</exception>
    public static void UseLibrary(string path) => CudaLibraries.UseInstead(path);

    /// <summary>Whether CUDA can be used here, and why not. Throws nothing.</summary>
    public static CudaAvailability Find()
    {
        if (!CudaLibraries.IsThere(CudaLibraries.Driver))
        {
            return new CudaAvailability(CudaState.NoDriver, "No NVIDIA driver is installed (libcuda.so.1 was not found). Install one, or serve on the CPU.", 0);
        }
        int result = NativeDriver.cuInit(0);
        if (result != DriverStatus.Success)
        {
            return result == DriverStatus.NoDevice
                ? new CudaAvailability(CudaState.NoDevice, "The NVIDIA driver finds no GPU.", 0)
                : new CudaAvailability(CudaState.NoDevice, $"The NVIDIA driver does not start (cuInit gave {result}). Is its kernel module loaded, and of the same version?", 0);
        }
        if (!CudaLibraries.IsThere(CudaLibraries.Nvrtc) || !CudaLibraries.IsThere(CudaLibraries.CublasLt))
        {
            return new CudaAvailability(CudaState.NoLibrary, "NVRTC or cuBLASLt was not found. Install CUDA 12 or 13, or name its folder in CUDA_PATH.", 0);
        }
        DriverStatus.Require(NativeDriver.cuDriverGetVersion(out int driver));
        if (driver / VersionsPerMajor < KernelCompiler.Version.Major)
        {
            return new CudaAvailability(
                CudaState.DriverTooOld, $"The driver is of CUDA {driver / VersionsPerMajor}, NVRTC of CUDA {KernelCompiler.Version}. Update the driver, or install an older NVRTC.", 0);
        }
        DriverStatus.Require(NativeDriver.cuDeviceGetCount(out int count));
        return count > 0 ? new CudaAvailability(CudaState.Available, "", count) : new CudaAvailability(CudaState.NoDevice, "The NVIDIA driver finds no GPU.", 0);
    }

    /// <summary>The devices with their memory, as it is now. The first call makes each device ready for this process, which takes memory of its own.</summary>
    public static IReadOnlyList<CudaDeviceMemory> ReadMemory()
    {
        lock (Contexts)
        {
            DriverStatus.Require(NativeDriver.cuInit(0));
            DriverStatus.Require(NativeDriver.cuDeviceGetCount(out int count));
            while (Contexts.Count < count)
            {
                DriverStatus.Require(NativeDriver.cuDeviceGet(out int device, Contexts.Count));
                Contexts.Add(new CudaContext(device));
            }
            return [.. Enumerable.Range(0, count).Select(ReadMemory)];
        }
    }

    private static CudaDeviceMemory ReadMemory(int ordinal)
    {
        Contexts[ordinal].Enter();
        DriverStatus.Require(NativeDriver.cuMemGetInfo_v2(out nuint free, out nuint total));
        CudaDevice device = Describe(ordinal);
        return new CudaDeviceMemory(ordinal, device.Name, (long)free, (long)total, device.Multiprocessors);
    }

    /// <summary>What a device is.</summary>
    /// <exception cref="NotSupportedException">It is older than compute capability 8.0, which the kernels need.</exception>
    internal static unsafe CudaDevice Describe(int ordinal)
    {
        DriverStatus.Require(NativeDriver.cuInit(0));
        DriverStatus.Require(NativeDriver.cuDeviceGet(out int device, ordinal));
        byte* name = stackalloc byte[128];
        DriverStatus.Require(NativeDriver.cuDeviceGetName(name, 128, device));
        DriverStatus.Require(NativeDriver.cuDeviceTotalMem_v2(out nuint bytes, device));
        int major = Attribute(ComputeMajor, device);
        CudaDevice found = new(
            ordinal, device, Encoding.UTF8.GetString(name, new ReadOnlySpan<byte>(name, 128).IndexOf((byte)0)), (long)bytes, major, Attribute(ComputeMinor, device),
            Attribute(Multiprocessors, device), Attribute(SharedBytesOptIn, device));
        return major >= LeastComputeMajor
            ? found
            : throw new NotSupportedException($"{found.Name} has compute capability {major}.{found.Minor}; the kernels need 8.0 (Ampere) or newer.");
    }

    private static int Attribute(int attribute, int device)
    {
        DriverStatus.Require(NativeDriver.cuDeviceGetAttribute(out int value, attribute, device));
        return value;
    }
}

/// <summary>A CUDA device.</summary>
/// <param name="Ordinal">Its place among the devices, as in <c>cuda:0</c>.</param>
/// <param name="Handle">The driver's number.</param>
/// <param name="Name">The maker's name.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Major">Compute capability, major.</param>
/// <param name="Minor">Compute capability, minor.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="SharedBytes">Most shared memory of a block.</param>
internal sealed record CudaDevice(int Ordinal, int Handle, string Name, long MemoryBytes, int Major, int Minor, int Multiprocessors, int SharedBytes)
{
    public string Id => $"cuda:{Ordinal}";

    /// <summary>What kernels are compiled for.</summary>
    public string Architecture => Major == 9 ? "sm_90a" : $"sm_{Major}{Minor}";
}

/// <summary>A CUDA device and its memory at one moment.</summary>
/// <param name="Ordinal">Its place among the devices, as in <c>cuda:0</c>.</param>
/// <param name="Name">The maker's name.</param>
/// <param name="FreeBytes">What can be allocated.</param>
/// <param name="TotalBytes">All of it.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
public sealed record CudaDeviceMemory(int Ordinal, string Name, long FreeBytes, long TotalBytes, int Multiprocessors);
