using System.Runtime.InteropServices;
using System.Text;
using static TokenFactory.Engine.Cuda.Interop.Nvrtc.NativeNvrtc;

namespace TokenFactory.Engine.Cuda.Interop.Nvrtc;

/// <summary>A kernel's source and what it includes, by name.</summary>
/// <param name="Name">For messages: <c>rms_norm.cu</c>.</param>
/// <param name="Text">CUDA C++.</param>
/// <param name="Headers">Texts that <c>#include</c> finds.</param>
internal sealed record KernelSource(string Name, string Text, IReadOnlyDictionary<string, string> Headers);

/// <summary>Compiles CUDA C++ at run time.</summary>
internal static unsafe class KernelCompiler
{
    /// <summary>The version of the compiler: <c>12.4</c>.</summary>
    /// <exception cref="CudaException">It does not answer.</exception>
    public static Version Version
    {
        get
        {
            Require(nvrtcVersion(out int major, out int minor), nameof(nvrtcVersion));
            return new Version(major, minor);
        }
    }

    /// <summary>Architectures that can be compiled for: 80, 89, 90.</summary>
    public static int[] FindArchitectures()
    {
        Require(nvrtcGetNumSupportedArchs(out int count), nameof(nvrtcGetNumSupportedArchs));
        int[] all = new int[count];
        fixed (int* first = all)
        {
            Require(nvrtcGetSupportedArchs(first), nameof(nvrtcGetSupportedArchs));
        }
        return all;
    }

    /// <summary>Compiles for one architecture.</summary>
    /// <param name="source">The kernel.</param>
    /// <param name="architecture"><c>sm_90a</c> for code of a device, <c>compute_90</c> for code that a newer driver finishes.</param>
    /// <param name="constants">Macros: <c>HEAD_SIZE=128</c>.</param>
    /// <returns>CUBIN for a device's architecture, else PTX, and the compiler's remarks.</returns>
    /// <exception cref="KernelCompilationException">The compiler refuses the source; its words.</exception>
    public static (byte[] Image, string Log) Compile(KernelSource source, string architecture, IReadOnlyList<string> constants)
    {
        using NativeTexts texts = new();
        nint program = Create(source, texts);
        try
        {
            string[] options = ["--std=c++17", $"-arch={architecture}", .. constants.Select(constant => $"-D{constant}")];
            nint[] arguments = [.. options.Select(texts.Add)];
            int result;
            fixed (nint* first = arguments)
            {
                result = nvrtcCompileProgram(program, arguments.Length, first);
            }
            string log = ReadLog(program);
            if (result != 0)
            {
                throw new KernelCompilationException($"{source.Name} does not compile for {architecture} with {string.Join(' ', constants)}:\n{log}");
            }
            return (architecture.StartsWith("sm_", StringComparison.Ordinal) ? ReadCubin(program) : ReadPtx(program), log);
        }
        finally
        {
            _ = nvrtcDestroyProgram(ref program);
        }
    }

    private static nint Create(KernelSource source, NativeTexts texts)
    {
        nint[] headers = [.. source.Headers.Values.Select(texts.Add)];
        nint[] names = [.. source.Headers.Keys.Select(texts.Add)];
        fixed (nint* firstHeader = headers, firstName = names)
        {
            Require(nvrtcCreateProgram(out nint program, source.Text, source.Name, headers.Length, firstHeader, firstName), nameof(nvrtcCreateProgram));
            return program;
        }
    }

    private static string ReadLog(nint program)
    {
        Require(nvrtcGetProgramLogSize(program, out nuint size), nameof(nvrtcGetProgramLogSize));
        byte[] log = new byte[size];
        fixed (byte* first = log)
        {
            Require(nvrtcGetProgramLog(program, first), nameof(nvrtcGetProgramLog));
        }
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private static byte[] ReadCubin(nint program)
    {
        Require(nvrtcGetCUBINSize(program, out nuint size), nameof(nvrtcGetCUBINSize));
        byte[] image = new byte[size];
        fixed (byte* first = image)
        {
            Require(nvrtcGetCUBIN(program, first), nameof(nvrtcGetCUBIN));
        }
        return image;
    }

    private static byte[] ReadPtx(nint program)
    {
        Require(nvrtcGetPTXSize(program, out nuint size), nameof(nvrtcGetPTXSize));
        byte[] image = new byte[size];
        fixed (byte* first = image)
        {
            Require(nvrtcGetPTX(program, first), nameof(nvrtcGetPTX));
        }
        return image;
    }

    private static void Require(int result, string call)
    {
        if (result != 0)
        {
            throw new CudaException(call, result, Marshal.PtrToStringUTF8(nvrtcGetErrorString(result)) ?? "an unknown error", "");
        }
    }

    /// <summary>Texts as native memory, for the time of a call.</summary>
    private sealed class NativeTexts : IDisposable
    {
        private readonly List<nint> _texts = [];

        public nint Add(string text)
        {
            nint added = Marshal.StringToCoTaskMemUTF8(text);
            _texts.Add(added);
            return added;
        }

        public void Dispose() => _texts.ForEach(Marshal.FreeCoTaskMem);
    }
}

/// <summary>A kernel does not compile. The message has the compiler's words.</summary>
public sealed class KernelCompilationException(string message) : Exception(message);
