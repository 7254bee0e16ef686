using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>The number formats of kernels, as C# has them: bf16 and fp16 as their bits, E4M3 as its byte.</summary>
internal static class Elements
{
    private const double LargestE4M3 = 448;

    /// <summary>Most that rounding to an element changes a number, as a share of it: half a unit of the last of 8, or 11, binary digits.</summary>
    public static double Rounding(bool isHalf) => isHalf ? 1.0 / 2048 : 1.0 / 256;

    public static ushort From(double value, bool isHalf)
    {
        if (isHalf)
        {
            return BitConverter.HalfToUInt16Bits((Half)(float)value);
        }
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    public static float ToFloat(ushort bits, bool isHalf) =>
        isHalf ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>A number as an element holds it.</summary>
    public static float Round(double value, bool isHalf) => ToFloat(From(value, isHalf), isHalf);

    public static double FromE4M3(byte bits)
    {
        int exponent = (bits >> 3) & 15, mantissa = bits & 7;
        double value = exponent == 0 ? mantissa / 512.0 : Math.ScaleB(1 + (mantissa / 8.0), exponent - 7);
        return (bits & 0x7f) == 0x7f ? double.NaN : (bits & 0x80) != 0 ? -value : value;
    }

    /// <summary>The nearest E4M3 number, of two as near the even one; saturates. By search, so that it shares nothing with the kernels.</summary>
    public static byte ToE4M3(double value)
    {
        double size = Math.Min(Math.Abs(value), LargestE4M3);
        byte best = 0;
        for (byte bits = 1; bits < 0x7f; bits++)
        {
            double nearer = Math.Abs(FromE4M3(bits) - size) - Math.Abs(FromE4M3(best) - size);
            best = nearer < 0 || (nearer == 0 && bits % 2 == 0) ? bits : best;
        }
        return (byte)(best | (double.IsNegative(value) ? 0x80 : 0));
    }

    /// <summary>Normal random numbers as elements.</summary>
    public static ushort[] Random(int seed, int count, bool isHalf, double scale = 1)
    {
        Random random = new(seed);
        ushort[] all = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            all[i] = From(Normal(random) * scale, isHalf);
        }
        return all;
    }

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Fails where an element differs from what is wanted by more than rounding once and <paramref name="more"/>.</summary>
    public static void AssertNear(ReadOnlySpan<double> wanted, ReadOnlySpan<ushort> got, bool isHalf, double more = 1e-6)
    {
        Assert.Equal(wanted.Length, got.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            double value = ToFloat(got[i], isHalf);
            // The float that is rounded differs from the true value too, hence the hundredth.
            double most = (1.01 * Rounding(isHalf) * Math.Abs(wanted[i])) + more;
            Assert.True(Math.Abs(value - wanted[i]) <= most, $"number {i} is {value}, and should be {wanted[i]} within {most}");
        }
    }
}
