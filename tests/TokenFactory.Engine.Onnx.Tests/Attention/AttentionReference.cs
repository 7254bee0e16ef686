using TokenFactory.Engine.Onnx.Attention;

namespace TokenFactory.Engine.Onnx.Tests.Attention;

/// <summary>Attention written down plainly, in double.</summary>
internal sealed class AttentionReference(AttentionShape shape, AttentionWeights weights)
{
    /// <summary>What the token at <paramref name="position"/> of a sequence gets.</summary>
    public double[] Compute(float[] rows, int position)
    {
        double[] result = new double[shape.OutputStride];
        int first = shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0;
        for (int head = 0; head < shape.Heads; head++)
        {
            double[] query = Head(rows, position, head, weights.QueryNorm);
            double[] scores = new double[position + 1];
            for (int key = first; key <= position; key++)
            {
                double score = Dot(query, Key(rows, key, head / shape.Group)) * shape.Scale;
                scores[key] = shape.SoftCap > 0 ? shape.SoftCap * Math.Tanh(score / shape.SoftCap) : score;
            }
            double largest = scores[first..].Max(), sum = scores[first..].Sum(score => Math.Exp(score - largest));
            for (int key = first; key <= position; key++)
            {
                double[] value = Value(rows, key, head / shape.Group);
                for (int i = 0; i < shape.HeadSize; i++)
                {
                    result[(head * shape.HeadSize) + i] += Math.Exp(scores[key] - largest) / sum * value[i];
                }
            }
        }
        return result;
    }

    public double[] Key(float[] rows, int position, int head) => Kept(Head(rows, position, shape.Heads + head, weights.KeyNorm));

    public double[] Value(float[] rows, int position, int head) => Kept(Raw(rows, position, shape.Heads + shape.KvHeads + head));

    private double[] Head(float[] rows, int position, int head, float[] norm)
    {
        double[] numbers = Raw(rows, position, head);
        if (shape.IsNormed)
        {
            double factor = 1 / Math.Sqrt((Dot(numbers, numbers) / shape.HeadSize) + AttentionShape.Epsilon);
            numbers = [.. numbers.Select((number, i) => number * factor * norm[i])];
        }
        for (int i = 0; i < shape.RotaryPairs; i++)
        {
            double cosine = weights.Cosines[(position * shape.RotaryPairs) + i], sine = weights.Sines[(position * shape.RotaryPairs) + i];
            (double a, double b) = (numbers[i], numbers[shape.RotaryPairs + i]);
            (numbers[i], numbers[shape.RotaryPairs + i]) = ((a * cosine) - (b * sine), (b * cosine) + (a * sine));
        }
        return numbers;
    }

    private double[] Raw(float[] rows, int position, int head) =>
        [.. rows.AsSpan((position * shape.PackedStride) + (head * shape.HeadSize), shape.HeadSize).ToArray().Select(number => (double)number)];

    // As the pool keeps it.
    private double[] Kept(double[] numbers)
    {
        if (shape.Format == KvFormat.Fp16)
        {
            return [.. numbers.Select(number => (double)(Half)Math.Clamp(number, -65504, 65504))];
        }
        if (shape.Format == KvFormat.Int8)
        {
            // In float, so that a number between two steps goes where the pool's goes.
            float largest = (float)numbers.Max(Math.Abs), inverse = 127 / largest;
            return [.. numbers.Select(number => (double)MathF.Round((float)number * inverse) * (largest / 127))];
        }
        return numbers;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
