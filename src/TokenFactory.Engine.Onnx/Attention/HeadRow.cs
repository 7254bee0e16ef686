using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>One head of one token on its way to attention: normed, rotated, multiplied, and padded with zeros to whole vectors.</summary>
internal static unsafe class HeadRow
{
    /// <param name="args">The step's.</param>
    /// <param name="from">[head size].</param>
    /// <param name="norm">Weights of the norm; null for none.</param>
    /// <param name="position">The token's.</param>
    /// <param name="factor">What all numbers are multiplied by in the end.</param>
    /// <param name="to">[padded head size].</param>
    public static void Prepare(in AttentionArguments args, float* from, float* norm, int position, float factor, float* to)
    {
        int size = args.Layout.HeadSize;
        Copy(from, to, size, args.Layout.PaddedHead);
        if (norm != null)
        {
            Norm(to, norm, size, args.NormEpsilon);
        }
        if (args.RotaryPairs > 0)
        {
            long at = (long)position * args.RotaryPairs;
            Rotate(to, args.Cosines + at, args.Sines + at, args.RotaryPairs);
        }
        if (factor != 1)
        {
            Multiply(to, factor, args.Layout.PaddedHead);
        }
    }

    /// <summary>Copies a row of <paramref name="size"/> numbers, a multiple of 8, and writes zeros up to <paramref name="padded"/>.</summary>
    public static void Copy(float* from, float* to, int size, int padded)
    {
        for (int i = 0; i < size; i += Vector256<float>.Count)
        {
            Vector256.Load(from + i).Store(to + i);
        }
        if (padded > size)
        {
            Vector256<float>.Zero.Store(to + size);
        }
    }

    private static void Norm(float* row, float* weights, int size, float epsilon)
    {
        Vector256<float> squares = Vector256<float>.Zero;
        for (int i = 0; i < size; i += Vector256<float>.Count)
        {
            Vector256<float> numbers = Vector256.Load(row + i);
            squares = Vector256.FusedMultiplyAdd(numbers, numbers, squares);
        }
        float factor = 1 / MathF.Sqrt((Vector256.Sum(squares) / size) + epsilon);
        for (int i = 0; i < size; i += Vector256<float>.Count)
        {
            (Vector256.Load(row + i) * Vector256.Create(factor) * Vector256.Load(weights + i)).Store(row + i);
        }
    }

    private static void Rotate(float* row, float* cosines, float* sines, int pairs)
    {
        int i = 0;
        for (; i <= pairs - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> cosine = Vector256.Load(cosines + i), sine = Vector256.Load(sines + i);
            Vector256<float> first = Vector256.Load(row + i), second = Vector256.Load(row + pairs + i);
            ((first * cosine) - (second * sine)).Store(row + i);
            ((second * cosine) + (first * sine)).Store(row + pairs + i);
        }
        for (; i < pairs; i++)
        {
            (float first, float second) = (row[i], row[pairs + i]);
            row[i] = (first * cosines[i]) - (second * sines[i]);
            row[pairs + i] = (second * cosines[i]) + (first * sines[i]);
        }
    }

    private static void Multiply(float* row, float factor, int size)
    {
        for (int i = 0; i < size; i += Vector512<float>.Count)
        {
            (Vector512.Load(row + i) * Vector512.Create(factor)).Store(row + i);
        }
    }
}
