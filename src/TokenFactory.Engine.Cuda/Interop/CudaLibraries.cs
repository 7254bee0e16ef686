using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Interop;

/// <summary>
/// Finds the CUDA libraries: where a test or an operator says, then by the loader's own search, then under <c>CUDA_PATH</c>, then in the
/// wheels of a Python environment. They are loaded at their first use; a machine without them is none the worse.
/// </summary>
internal static class CudaLibraries
{
    public const string Driver = "cuda";
    public const string Nvrtc = "nvrtc";
    public const string CublasLt = "cublasLt";
    public const string Nccl = "nccl";

    private static readonly Dictionary<string, string[]> FileNames = new()
    {
        [Driver] = ["libcuda.so.1", "nvcuda.dll"],
        [Nvrtc] = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll"],
        [CublasLt] = ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", "cublasLt64_13.dll", "cublasLt64_12.dll"],
        [Nccl] = ["libnccl.so.2"],
    };

    private static readonly string[] FoldersOfCuda = ["lib64", "lib", "bin", "targets/x86_64-linux/lib"];

    private static readonly Lazy<bool> Registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(CudaLibraries).Assembly, (name, _, _) => FileNames.ContainsKey(name) ? Find(name) : 0);
        return true;
    });

    private static readonly Lock Lock = new();
    private static readonly Dictionary<string, nint> Loaded = [];
    private static string? Instead;

    /// <summary>Takes all of them from one file from now on, for instance an emulated device; before their first use only.</summary>
    /// <exception cref="InvalidOperationException">One of them is loaded already.</exception>
    public static void UseInstead(string path)
    {
        lock (Lock)
        {
            if (Instead != path && Loaded.Count > 0)
            {
                throw new InvalidOperationException("A CUDA library is loaded already; another cannot take its place in this process.");
            }
            Instead = path;
        }
    }

    /// <summary>Whether a library can be loaded.</summary>
    public static bool IsThere(string library) => Find(library) != 0;

    /// <summary>Answers the runtime where a library of these imports is, before its own search. Each class of imports calls it before its first.</summary>
    public static void Register() => _ = Registered.Value;

    private static nint Find(string library)
    {
        lock (Lock)
        {
            if (Loaded.TryGetValue(library, out nint handle))
            {
                return handle;
            }
            foreach (string path in Instead is { } instead ? [instead] : Places(library))
            {
                if (NativeLibrary.TryLoad(path, out handle))
                {
                    Loaded[library] = handle;
                    return handle;
                }
            }
            return 0;
        }
    }

    private static IEnumerable<string> Places(string library)
    {
        string[] names = FileNames[library];
        IEnumerable<string> folders = [.. CudaPathFolders(), .. WheelFolders()];
        return names.Concat(folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).Where(File.Exists));
    }

    private static IEnumerable<string> CudaPathFolders() =>
        Environment.GetEnvironmentVariable("CUDA_PATH") is { Length: > 0 } root ? FoldersOfCuda.Select(folder => Path.Combine(root, folder)) : [];

    /// <summary>The wheels <c>nvidia-cuda-nvrtc</c> and <c>nvidia-cublas</c> lay their libraries under <c>site-packages/nvidia/…/lib</c>.</summary>
    private static IEnumerable<string> WheelFolders()
    {
        if (Environment.GetEnvironmentVariable("VIRTUAL_ENV") is not { Length: > 0 } environment || !Directory.Exists(Path.Combine(environment, "lib")))
        {
            return [];
        }
        return Directory.EnumerateDirectories(Path.Combine(environment, "lib"), "python*")
            .Select(python => Path.Combine(python, "site-packages", "nvidia"))
            .Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateDirectories(root).Select(wheel => Path.Combine(wheel, "lib")))
            .Where(Directory.Exists);
    }
}
