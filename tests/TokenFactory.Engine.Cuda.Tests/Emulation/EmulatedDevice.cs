using System.Diagnostics;
using System.Security.Cryptography;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Tests.Shared;
using Xunit;

[assembly: AssemblyFixture(typeof(TokenFactory.Engine.Cuda.Tests.Emulation.EmulatedDevice))]
// There is one emulated device, and what a test orders of it holds for all.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>
/// The emulated device in place of CUDA, compiled by g++ from tests/Engine.Cuda.Emulation. It and the kernels compiled for it are kept in a
/// folder that is named by the hash of its sources.
/// </summary>
public sealed class EmulatedDevice
{
    private const string Compiler = "g++";

    private readonly string? _whyNot;
    private readonly Emulator? _emulator;

    public EmulatedDevice()
    {
        if (!HasCompiler())
        {
            _whyNot = "needs g++ to build the emulated device (Debian: apt-get install g++)";
            return;
        }
        string folder = Path.Combine(AppContext.BaseDirectory, "emulation", HashOfSources());
        string library = Path.Combine(folder, "libcuda_emulated.so");
        if (!File.Exists(library))
        {
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(Sources, "cuda_host.h"), Path.Combine(folder, "cuda_host.h"), overwrite: true);
            Build(library);
        }
        CudaPlatform.UseLibrary(library);
        _emulator = new Emulator(library);
        KernelFolder = Path.Combine(folder, "kernels");
        Kernels = new KernelCache(KernelFolder);
    }

    /// <summary>Where they are kept.</summary>
    internal string? KernelFolder { get; }

    /// <summary>Kernels compiled for the emulated device.</summary>
    internal KernelCache Kernels { get; } = new(null);

    private static string Sources => Path.Combine(SharedData.RepositoryRoot, "tests", "Engine.Cuda.Emulation");

    /// <summary>The device as new; skips the calling test where it cannot be built.</summary>
    internal Emulator Require()
    {
        Assert.SkipWhen(_whyNot is not null, _whyNot ?? "");
        _emulator!.Reset();
        return _emulator;
    }

    private static void Build(string library)
    {
        string part = $"{library}.{Guid.NewGuid():N}";
        string[] sources = [.. Directory.EnumerateFiles(Sources, "*.cpp").Order(StringComparer.Ordinal)];
        string[] arguments = ["-std=c++20", "-O2", "-fPIC", "-shared", "-Wall", "-Werror", "-o", part, .. sources, "-ldl"];
        using Process process = Process.Start(new ProcessStartInfo(Compiler, arguments) { RedirectStandardError = true })!;
        string problems = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the emulated device does not compile: {problems}");
        }
        File.Move(part, library, overwrite: true);
    }

    private static string HashOfSources()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.EnumerateFiles(Sources).Order(StringComparer.Ordinal))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static bool HasCompiler() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, Compiler)));
}
