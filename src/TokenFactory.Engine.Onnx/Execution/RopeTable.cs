using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Cosines and sines of a rotation for every position, [positions, rotary dimensions / 2], its attention factor multiplied in.</summary>
internal sealed class RopeTable
{
    private RopeTable(float[] cosines, float[] sines, int width)
    {
        Cosines = cosines;
        Sines = sines;
        Width = width;
    }

    public float[] Cosines { get; }

    public float[] Sines { get; }

    public int Width { get; }

    public static RopeTable Create(RopeSpec rope, int positions)
    {
        double[] frequencies = rope.InverseFrequencies(positions);
        int width = frequencies.Length;
        float[] cosines = GC.AllocateUninitializedArray<float>(checked(positions * width), pinned: true);
        float[] sines = GC.AllocateUninitializedArray<float>(positions * width, pinned: true);
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < width; i++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[i]);
                cosines[(position * width) + i] = (float)(cosine * rope.AttentionFactor);
                sines[(position * width) + i] = (float)(sine * rope.AttentionFactor);
            }
        }
        return new RopeTable(cosines, sines, width);
    }
}
