using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Numbers as they are.</summary>
internal readonly unsafe struct Fp32Element : IKvElement
{
    public static KvFormat Format => KvFormat.Fp32;

    public static int Bytes => sizeof(float);

    public static bool HasScales => false;

    public static float QueryUnit => 1;

    public static float ResultUnit => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* from, nint index) => Vector512.Load((float*)from + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* from, nint index) => ((float*)from)[index];

    public static float Encode(float* row, int count, byte* to)
    {
        Unsafe.CopyBlockUnaligned(to, row, (uint)count * sizeof(float));
        return 1;
    }
}
