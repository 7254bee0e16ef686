using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>
/// The entries of ONNX Runtime's C interface that operators of one's own need and the managed package does not pass on
/// (onnxruntime_c_api.h, struct OrtApi). The table is only ever appended to, so a position stays what it is.
/// </summary>
internal static unsafe class OrtInterface
{
    /// <summary>The newest version of the interface that an entry below needs.</summary>
    private const uint Version = 23;

    private static readonly void** Table = LoadTable();

    public static void* CreateStatus(ReadOnlySpan<byte> message)
    {
        const int Fail = 1;
        fixed (byte* text = message)
        {
            return ((delegate* unmanaged[Cdecl]<int, byte*, void*>)Table[0])(Fail, text);
        }
    }

    public static void* CreateDomain(byte* name)
    {
        void* domain;
        Check(((delegate* unmanaged[Cdecl]<byte*, void**, void*>)Table[26])(name, &domain));
        return domain;
    }

    public static void AddOperator(void* domain, void* definition) =>
        Check(((delegate* unmanaged[Cdecl]<void*, void*, void*>)Table[27])(domain, definition));

    public static void AddDomain(SessionOptions options, void* domain) =>
        Check(((delegate* unmanaged[Cdecl]<nint, void*, void*>)Table[28])(options.DangerousGetHandle(), domain));

    public static void ReleaseDomain(void* domain) => ((delegate* unmanaged[Cdecl]<void*, void>)Table[101])(domain);

    public static void* Data(void* value)
    {
        void* data;
        Check(((delegate* unmanaged[Cdecl]<void*, void**, void*>)Table[51])(value, &data));
        return data;
    }

    public static long ByteCount(void* value)
    {
        nuint bytes;
        Check(((delegate* unmanaged[Cdecl]<void*, nuint*, void*>)Table[318])(value, &bytes));
        return (long)bytes;
    }

    /// <summary>An int64 attribute of the node that a kernel is made for. Returns the status; null: success.</summary>
    public static void* ReadAttribute(void* info, ReadOnlySpan<byte> name, long* value)
    {
        fixed (byte* text = name)
        {
            return ((delegate* unmanaged[Cdecl]<void*, byte*, long*, void*>)Table[86])(info, text, value);
        }
    }

    public static void* Input(void* context, int index)
    {
        void* value;
        Check(((delegate* unmanaged[Cdecl]<void*, nuint, void**, void*>)Table[90])(context, (nuint)index, &value));
        return value;
    }

    public static void* Output(void* context, int index, ReadOnlySpan<long> shape)
    {
        void* value;
        fixed (long* extents = shape)
        {
            Check(((delegate* unmanaged[Cdecl]<void*, nuint, long*, nuint, void**, void*>)Table[91])(context, (nuint)index, extents, (nuint)shape.Length, &value));
        }
        return value;
    }

    /// <summary>Runs <paramref name="run"/> for 0 to <paramref name="total"/> - 1 on the session's threads, the calling one among them.</summary>
    public static void ParallelFor(void* context, delegate* unmanaged[Cdecl]<void*, nuint, void> run, int total, void* state) =>
        Check(((delegate* unmanaged[Cdecl]<void*, delegate* unmanaged[Cdecl]<void*, nuint, void>, nuint, nuint, void*, void*>)Table[274])(context, run, (nuint)total, 0, state));

    private static void Check(void* status)
    {
        if (status == null)
        {
            return;
        }
        string message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<void*, byte*>)Table[2])(status)) ?? "no reason given";
        ((delegate* unmanaged[Cdecl]<void*, void>)Table[93])(status);
        throw new InvalidOperationException($"ONNX Runtime: {message}");
    }

    private static void** LoadTable()
    {
        nint library = NativeLibrary.Load("onnxruntime", typeof(OrtEnv).Assembly, null);
        void** interfaces = ((delegate* unmanaged[Cdecl]<void**>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        void** table = (void**)((delegate* unmanaged[Cdecl]<uint, void*>)interfaces[0])(Version);
        return table != null
            ? table
            : throw new NotSupportedException($"ONNX Runtime {OrtEnv.Instance().GetVersionString()} is older than 1.{Version}, which the engine's operators need.");
    }
}
