using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Interop.Driver;

/// <summary>What the driver's results mean.</summary>
internal static unsafe class DriverStatus
{
    public const int Success = 0;
    public const int OutOfMemory = 2;
    public const int NoDevice = 100;

    /// <exception cref="CudaException">The result is an error.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require(int result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result != Success)
        {
            Throw(result, call);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(int result, string call)
    {
        string name = NativeDriver.cuGetErrorName(result, out byte* text) == Success ? Text(text) : "an unknown error";
        string words = NativeDriver.cuGetErrorString(result, out text) == Success ? Text(text) : "";
        throw new CudaException(NameOf(call), result, name, words);
    }

    /// <summary>The function's name alone: <c>NativeDriver.cuInit(0)</c> is <c>cuInit</c>.</summary>
    internal static string NameOf(string call)
    {
        int end = call.IndexOf('(', StringComparison.Ordinal);
        string function = end < 0 ? call : call[..end];
        return function[(function.LastIndexOf('.') + 1)..];
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
