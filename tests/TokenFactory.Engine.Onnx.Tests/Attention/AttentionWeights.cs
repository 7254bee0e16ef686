namespace TokenFactory.Engine.Onnx.Tests.Attention;

/// <summary>Norms and rotations of a case, pinned.</summary>
internal sealed class AttentionWeights
{
    public const int Positions = 1024;

    public AttentionWeights(AttentionShape shape, int seed)
    {
        Random random = new(seed);
        (QueryNorm, KeyNorm) = (Pinned(shape.HeadSize), Pinned(shape.HeadSize));
        for (int i = 0; i < shape.HeadSize; i++)
        {
            QueryNorm[i] = 0.5f + random.NextSingle();
            KeyNorm[i] = 0.5f + random.NextSingle();
        }
        int pairs = Math.Max(1, shape.RotaryPairs);
        (Cosines, Sines) = (Pinned(Positions * pairs), Pinned(Positions * pairs));
        for (int i = 0; i < Cosines.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(i / pairs * Math.Pow(10000, -(i % pairs) / (double)pairs));
            (Cosines[i], Sines[i]) = ((float)cosine, (float)sine);
        }
    }

    public float[] QueryNorm { get; }

    public float[] KeyNorm { get; }

    public float[] Cosines { get; }

    public float[] Sines { get; }

    private static float[] Pinned(int count) => GC.AllocateArray<float>(count, pinned: true);
}
