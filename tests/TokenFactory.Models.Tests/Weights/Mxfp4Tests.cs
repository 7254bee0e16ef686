using TokenFactory.Models.Weights;
using Xunit;

namespace TokenFactory.Models.Tests.Weights;

public sealed class Mxfp4Tests
{
    // The sixteen numbers of E2M1 by sign, exponent and mantissa, with bias 1.
    [Fact]
    public void ToSingle_EveryByteAndScale_GivesTwoNumbers()
    {
        byte[] blocks = [.. Enumerable.Range(0, 256).Select(i => (byte)i)], scales = [.. Enumerable.Range(0, 16).Select(i => (byte)(1 + (i * 15)))];
        float[] numbers = new float[512];

        Mxfp4.ToSingle(blocks, scales, numbers);

        for (int i = 0; i < numbers.Length; i++)
        {
            int four = i % 2 == 0 ? blocks[i / 2] & 15 : blocks[i / 2] >> 4, exponent = (four >> 1) & 3, mantissa = four & 1;
            double size = exponent == 0 ? mantissa * 0.5 : (1 + (mantissa * 0.5)) * Math.Pow(2, exponent - 1);
            Assert.Equal((four & 8) != 0 ? -size * Math.Pow(2, scales[i / 32] - 127) : size * Math.Pow(2, scales[i / 32] - 127), numbers[i]);
        }
    }
}
