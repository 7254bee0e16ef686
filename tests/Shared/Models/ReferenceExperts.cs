using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>One of gpt-oss's experts in double precision, from its tensors as they are stored, element by element.</summary>
internal static class ReferenceExperts
{
    private const double Alpha = 1.702;

    public static double[] Forward(ModelSpec spec, WeightMap map, int layer, int expert, double[] normed)
    {
        ExpertsSpec experts = spec.Experts!;
        bool isPacked = experts.Storage == ExpertStorage.FusedMxfp4;
        double[] both = Multiply(WeightRole.ExpertGateUp, WeightRole.ExpertGateUpBlocks, WeightRole.ExpertGateUpScales, WeightRole.ExpertGateUpBias, normed, 2 * experts.Width);
        double[] activated = new double[experts.Width];
        for (int i = 0; i < activated.Length; i++)
        {
            double gate = Math.Min(both[2 * i], experts.GateLimit!.Value), up = Math.Clamp(both[(2 * i) + 1], -experts.GateLimit.Value, experts.GateLimit.Value);
            activated[i] = (up + 1) * gate / (1 + Math.Exp(-Alpha * gate));
        }
        return Multiply(WeightRole.ExpertDown, WeightRole.ExpertDownBlocks, WeightRole.ExpertDownScales, WeightRole.ExpertDownBias, activated, spec.HiddenSize);

        double[] Multiply(WeightRole matrix, WeightRole blocks, WeightRole scales, WeightRole bias, double[] input, int outputs)
        {
            float[] numbers = isPacked
                ? Unpack(map[blocks, layer].Bytes((long)expert * outputs * input.Length / 2, outputs * input.Length / 2), map[scales, layer].Bytes((long)expert * outputs * input.Length / 32, outputs * input.Length / 32))
                : Stored(map[matrix, layer], (long)expert * outputs * input.Length, outputs * input.Length);
            double[] result = [.. Stored(map[bias, layer], (long)expert * outputs, outputs)];
            for (int output = 0; output < outputs; output++)
            {
                for (int i = 0; i < input.Length; i++)
                {
                    result[output] += numbers[isPacked ? (output * input.Length) + i : (i * outputs) + output] * input[i];
                }
            }
            return result;
        }
    }

    private static float[] Stored(TensorView tensor, long offset, int count)
    {
        float[] numbers = new float[count];
        tensor.Read(offset, numbers);
        return numbers;
    }

    // E2M1 by sign, exponent and mantissa: 0, 0.5, then 1 and 1.5 times 1, 2 and 4.
    private static float[] Unpack(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> scales)
    {
        float[] numbers = new float[2 * blocks.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            int four = i % 2 == 0 ? blocks[i / 2] & 15 : blocks[i / 2] >> 4, exponent = (four >> 1) & 3;
            double size = exponent == 0 ? (four & 1) * 0.5 : (1 + ((four & 1) * 0.5)) * Math.Pow(2, exponent - 1);
            numbers[i] = (float)((four & 8) != 0 ? -size * Math.Pow(2, scales[i / 32] - 127) : size * Math.Pow(2, scales[i / 32] - 127));
        }
        return numbers;
    }
}
