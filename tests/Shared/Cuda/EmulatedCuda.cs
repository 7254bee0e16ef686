using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace TokenFactory.Tests.Shared.Cuda;

/// <summary>
/// The emulated device in place of CUDA, compiled by g++ from tests/Engine.Cuda.Emulation. It and the kernels compiled for it are kept in a
/// folder that is named by the hash of its sources, below the tests' own.
/// </summary>
internal static class EmulatedCuda
{
    private const string Compiler = "g++";

    /// <summary>Why it cannot be had here; null where it can.</summary>
    public static string? FindProblem() => HasCompiler() ? null : "needs g++ to build the emulated device (Debian: apt-get install g++)";

    /// <summary>Where kernels compiled by it are kept.</summary>
    public static string KernelFolderOf(string library) => Path.Combine(Path.GetDirectoryName(library)!, "kernels");

    /// <summary>The library; skips the calling test where there is no compiler.</summary>
    public static string Require()
    {
        Assert.SkipWhen(FindProblem() is not null, FindProblem() ?? "");
        return Build();
    }

    /// <summary>Compiles it where that was not done before.</summary>
    /// <returns>The library's path. Kernels that are compiled by it need the folder that it lies in.</returns>
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

    private static string Sources => Path.Combine(SharedData.RepositoryRoot, "tests", "Engine.Cuda.Emulation");

    private static void Compile(string library)
    {
        // Renamed into place, so that nobody loads half of it.
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
