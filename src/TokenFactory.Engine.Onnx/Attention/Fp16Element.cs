using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// IEEE half precision. Shifted into place, a half's bits are a float 2^-112 times as large, subnormals included; the factor is left to
/// whoever uses it. A number beyond the format's range, or none, becomes the largest there is.
/// </summary>
internal readonly unsafe struct Fp16Element : IKvElement
{
    private const int Shift = 13;
    private const float Largest = 65504;
    private const float Rebase = 1.92592994438723585305597794258492732e-34f;

    public static KvFormat Format => KvFormat.Fp16;

    public static int Bytes => sizeof(ushort);

    public static bool HasScales => false;

    // 2^100 · 2^12: a query keeps 28 binary orders of room.
    public static float QueryUnit => 1.2676506002282294e30f;

    public static float ResultUnit => 4096;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* from, nint index)
    {
        // Sign extension leaves copies of the sign in the three bits below the highest: the mask takes them off.
        Vector512<int> bits = WidenSigned(Vector256.Load((short*)from + index)) << Shift;
        return (bits & Vector512.Create(unchecked((int)0x8fffffff))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* from, nint index) =>
        BitConverter.Int32BitsToSingle((((short*)from)[index] << Shift) & unchecked((int)0x8fffffff));

    public static float Encode(float* row, int count, byte* to)
    {
        for (int i = 0; i < count; i += Vector512<float>.Count)
        {
            Vector512<uint> bits = Encode(Vector512.Load(row + i));
            Vector256.Narrow(bits.GetLower(), bits.GetUpper()).Store((ushort*)to + i);
        }
        return 1;
    }

    private static Vector512<uint> Encode(Vector512<float> numbers)
    {
        Vector512<uint> sign = numbers.AsUInt32() & Vector512.Create(0x80000000u);
        Vector512<float> size = Vector512.MinNative(Vector512.Abs(numbers), Vector512.Create(Largest));
        Vector512<uint> bits = (size * Vector512.Create(Rebase)).AsUInt32();
        // To the nearest, ties to even.
        bits = (bits + Vector512.Create(0xfffu) + ((bits >> Shift) & Vector512<uint>.One)) >> Shift;
        return bits | (sign >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> WidenSigned(Vector256<short> halves) =>
        System.Runtime.Intrinsics.X86.Avx512F.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx512F.ConvertToVector512Int32(halves)
            : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
}
