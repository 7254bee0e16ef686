using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Signed bytes from -127 to 127 that a row's scale multiplies: its largest magnitude is 127.</summary>
internal readonly unsafe struct Int8Element : IKvElement
{
    private const float Steps = 127;

    public static KvFormat Format => KvFormat.Int8;

    public static int Bytes => sizeof(sbyte);

    public static bool HasScales => true;

    public static float QueryUnit => 1;

    public static float ResultUnit => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* from, nint index)
    {
        Vector128<sbyte> bytes = Vector128.Load((sbyte*)from + index);
        return Vector512.ConvertToSingle(Widen(bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* from, nint index) => ((sbyte*)from)[index];

    public static float Encode(float* row, int count, byte* to)
    {
        Vector512<float> most = Vector512<float>.Zero;
        for (int i = 0; i < count; i += Vector512<float>.Count)
        {
            most = Vector512.MaxNative(Vector512.Abs(Vector512.Load(row + i)), most);
        }
        float largest = Math.Min(Largest(most), float.MaxValue);
        // A row so small that its inverse is none is nothing.
        float inverse = largest > 1e-30f ? Steps / largest : 0;
        Vector512<float> factor = Vector512.Create(inverse), bound = Vector512.Create(Steps);
        for (int i = 0; i < count; i += Vector512<float>.Count)
        {
            Vector512<float> scaled = Vector512.Load(row + i) * factor;
            scaled = Vector512.MaxNative(Vector512.MinNative(scaled, bound), -bound);
            Vector512<int> whole = Vector512.ConvertToInt32(Vector512.Round(scaled));
            Vector256<short> pairs = Vector256.Narrow(whole.GetLower(), whole.GetUpper());
            Vector128.Narrow(pairs.GetLower(), pairs.GetUpper()).Store((sbyte*)to + i);
        }
        return largest > 1e-30f ? largest / Steps : 0;
    }

    private static float Largest(Vector512<float> numbers)
    {
        float largest = 0;
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            largest = Math.Max(largest, numbers.GetElement(i));
        }
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(Vector128<sbyte> bytes)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32(bytes);
        }
        Vector256<short> pairs = Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
        return Vector512.Create(Vector256.WidenLower(pairs), Vector256.WidenUpper(pairs));
    }
}
