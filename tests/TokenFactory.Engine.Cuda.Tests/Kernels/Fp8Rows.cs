using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>Rows that a kernel has made E4M3, each with a scale.</summary>
internal static class Fp8Rows
{
    /// <summary>Fails unless the scale brings the row's largest number to 448, and each number is the nearest one.</summary>
    /// <param name="wanted">The row.</param>
    /// <param name="got">What it was made.</param>
    /// <param name="scale">What it was divided by.</param>
    /// <param name="rounding">Most that numbers were rounded before, as a share of each.</param>
    public static void AssertNear(double[] wanted, ReadOnlySpan<byte> got, float scale, double rounding = 0)
    {
        double largest = wanted.Max(Math.Abs);
        Assert.InRange(scale, largest / 448 * (1 - rounding - 1e-5), largest / 448 * (1 + rounding + 1e-5));
        for (int i = 0; i < wanted.Length; i++)
        {
            // Half a step of four binary digits, or of the smallest ones; GELU near -1 loses digits.
            double value = Elements.FromE4M3(got[i]) * scale, most = (Math.Max(Math.Abs(wanted[i]) / 16, scale / 1024) * 1.001) + (Math.Abs(wanted[i]) * rounding) + (largest * 2e-6);
            Assert.True(Math.Abs(value - wanted[i]) <= most, $"number {i} is {value}, and should be {wanted[i]} within {most}");
        }
    }
}
