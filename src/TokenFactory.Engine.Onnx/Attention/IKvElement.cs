using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// A format of the KV pool, for kernels that the compiler specialises. What is loaded is the number divided by
/// <see cref="QueryUnit"/> · <see cref="ResultUnit"/> and by the row's scale: whoever multiplies with it first multiplies the other
/// factor by the first and the sum by the second, both powers of two.
/// </summary>
internal unsafe interface IKvElement
{
    static abstract KvFormat Format { get; }

    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Whether a row has a scale.</summary>
    static abstract bool HasScales { get; }

    static abstract float QueryUnit { get; }

    static abstract float ResultUnit { get; }

    /// <summary>16 numbers from number <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load(byte* from, nint index);

    /// <summary>One number.</summary>
    static abstract float LoadOne(byte* from, nint index);

    /// <summary>Writes a row one number after the other; <paramref name="count"/> is a multiple of 16.</summary>
    /// <returns>The row's scale.</returns>
    static abstract float Encode(float* row, int count, byte* to);
}
