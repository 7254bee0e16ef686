using System.Runtime.InteropServices;
using System.Text;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Compilation;

/// <summary>
/// The real NVRTC beside the emulated one, which holds the product's own imports in this process. It is found in the folder that
/// TOKENFACTORY_TEST_NVRTC names; .ci/nvrtc makes such a folder.
/// </summary>
internal sealed unsafe class RealCompiler
{
    private const string Variable = "TOKENFACTORY_TEST_NVRTC";

    private static readonly Lazy<RealCompiler?> Found = new(Find);

    private readonly nint _library;

    private RealCompiler(nint library) => _library = library;

    /// <summary>It; skips the calling test where it is absent.</summary>
    public static RealCompiler Require()
    {
        Assert.SkipWhen(Found.Value is null, $"needs NVRTC: {Variable} names no folder with libnvrtc.so.12 (.ci/nvrtc fetches one)");
        return Found.Value!;
    }

    public Version Version
    {
        get
        {
            int major, minor;
            Succeed(((delegate* unmanaged<int*, int*, int>)Export("nvrtcVersion"))(&major, &minor));
            return new Version(major, minor);
        }
    }

    /// <summary>Compiles as the product does, and lets the assembler tell what the code needs.</summary>
    public (bool Succeeded, int ImageBytes, string Log) Compile(KernelSource source, string architecture, IReadOnlyList<string> constants)
    {
        List<nint> texts = [];
        nint Text(string text)
        {
            texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            return texts[^1];
        }
        bool isDevice = architecture.StartsWith("sm_", StringComparison.Ordinal);
        string[] options = ["--std=c++17", $"-arch={architecture}", .. isDevice ? ["--ptxas-options=-v"] : Array.Empty<string>(), .. constants.Select(constant => $"-D{constant}")];
        nint[] headers = [.. source.Headers.Values.Select(Text)], names = [.. source.Headers.Keys.Select(Text)], arguments = [.. options.Select(Text)];
        nint program;
        fixed (nint* firstHeader = headers, firstName = names, firstArgument = arguments)
        {
            Succeed(((delegate* unmanaged<nint*, nint, nint, int, nint*, nint*, int>)Export("nvrtcCreateProgram"))(
                &program, Text(source.Text), Text(source.Name), headers.Length, firstHeader, firstName));
            int result = ((delegate* unmanaged<nint, int, nint*, int>)Export("nvrtcCompileProgram"))(program, arguments.Length, firstArgument);
            string log = Encoding.UTF8.GetString(Read(program, "nvrtcGetProgramLog")).TrimEnd('\0', '\n');
            int bytes = result != 0 ? 0 : Read(program, isDevice ? "nvrtcGetCUBIN" : "nvrtcGetPTX").Length;
            Succeed(((delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram"))(&program));
            texts.ForEach(Marshal.FreeCoTaskMem);
            return (result == 0, bytes, log);
        }
    }

    private static RealCompiler? Find()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder) || !File.Exists(Path.Combine(folder, "libnvrtc.so.12")))
        {
            return null;
        }
        // NVRTC looks for these by their name alone; the loader gives it the ones that are loaded already.
        foreach (string builtins in Directory.EnumerateFiles(folder, "libnvrtc-builtins.so.*"))
        {
            NativeLibrary.Load(builtins);
        }
        return new RealCompiler(NativeLibrary.Load(Path.Combine(folder, "libnvrtc.so.12")));
    }

    private byte[] Read(nint program, string what)
    {
        nuint bytes;
        Succeed(((delegate* unmanaged<nint, nuint*, int>)Export(what + "Size"))(program, &bytes));
        byte[] all = new byte[bytes];
        fixed (byte* first = all)
        {
            Succeed(((delegate* unmanaged<nint, byte*, int>)Export(what))(program, first));
        }
        return all;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private static void Succeed(int result) => Assert.Equal(0, result);
}
