using TokenFactory.Engine.Cuda.Tests.Emulation;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>What <c>late_norm.cuh</c> computes, in double.</summary>
internal static class LateNorms
{
    /// <summary>1 / sqrt(mean(x²) + epsilon).</summary>
    public static double Factor(ReadOnlySpan<ushort> x, float epsilon, bool isHalf)
    {
        double squares = 0;
        foreach (ushort bits in x)
        {
            squares += Math.Pow(Elements.ToFloat(bits, isHalf), 2);
        }
        return 1 / Math.Sqrt((squares / x.Length) + epsilon);
    }
}
