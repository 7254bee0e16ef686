using System.Diagnostics;
using System.Security.Cryptography;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>
/// The library of the emulated device, compiled by g++ from tests/Engine.Cuda.Emulation. It and the kernels compiled for it are kept in a
/// folder that is named by the hash of its sources.
/// </summary>
internal static class EmulatedLibrary
{
    private const string Compiler = "g++";

    public static bool CanBuild => FindCompiler();

    private static string Sources => Path.Combine(SharedData.RepositoryRoot, "tests", "Engine.Cuda.Emulation");

    /// <summary>The library's path, once it is there.</summary>
    public static string Build()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "emulation", HashOfSources());
        string library = Path.Combine(folder, "libcuda_emulated.so");
        if (!File.Exists(library))
        {
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(Sources, "cuda_host.h"), Path.Combine(folder, "cuda_host.h"), overwrite: true);
            Compile(library);
        }
        return library;
    }

    /// <summary>Where kernels compiled for it are kept.</summary>
    public static string KernelFolderOf(string library) => Path.Combine(Path.GetDirectoryName(library)!, "kernels");

    private static void Compile(string library)
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

    private static bool FindCompiler() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, Compiler)));
}
