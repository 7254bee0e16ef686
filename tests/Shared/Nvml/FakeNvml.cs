using System.Diagnostics;
using Xunit;

namespace TokenFactory.Tests.Shared.Nvml;

/// <summary>A library that speaks NVML without a GPU, compiled from fake_nvml.c into a folder that goes with it.</summary>
internal sealed class FakeNvml : IDisposable
{
    private static readonly string[] Compilers = ["cc", "gcc", "clang"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-nvml-");

    private FakeNvml()
    {
    }

    /// <summary>The library.</summary>
    public string LibraryPath => Path.Combine(_folder.FullName, "libnvidia-ml.so.1");

    private string ControlPath => Path.Combine(_folder.FullName, "control");

    /// <summary>Compiles it; skips the calling test where there is no C compiler.</summary>
    /// <param name="orders">Its first orders, a line each; fake_nvml.c lists them.</param>
    /// <param name="oldDriver">Whether it lacks what newer drivers renamed.</param>
    public static FakeNvml Compile(string orders, bool oldDriver = false)
    {
        string? compiler = FindCompiler();
        Assert.SkipWhen(compiler is null, $"needs a C compiler: none of {string.Join(", ", Compilers)} is in PATH (Debian: apt-get install gcc libc6-dev)");
        return CompileWith(compiler, orders, oldDriver);
    }

    /// <summary>The same outside a test; null where there is no C compiler.</summary>
    public static FakeNvml? TryCompile(string orders) => FindCompiler() is { } compiler ? CompileWith(compiler, orders, oldDriver: false) : null;

    /// <summary>Gives new orders; the next sample follows them.</summary>
    public void Order(string orders)
    {
        // Renamed into place, so that the library never reads half of it.
        string next = ControlPath + ".next";
        File.WriteAllText(next, orders + "\n");
        File.Move(next, ControlPath, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static FakeNvml CompileWith(string compiler, string orders, bool oldDriver)
    {
        FakeNvml fake = new();
        fake.Order(orders);
        string source = Path.Combine(SharedData.RepositoryRoot, "tests/Shared/Nvml/fake_nvml.c");
        string[] arguments = ["-shared", "-fPIC", "-O1", "-Wall", $"-DCONTROL_FILE=\"{fake.ControlPath}\"", "-o", fake.LibraryPath, source];
        using Process process = Process.Start(new ProcessStartInfo(compiler, oldDriver ? [.. arguments, "-DOLD_DRIVER"] : arguments) { RedirectStandardError = true })!;
        string problems = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? fake : throw new InvalidOperationException($"fake_nvml.c does not compile: {problems}");
    }

    private static string? FindCompiler() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => Compilers.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
