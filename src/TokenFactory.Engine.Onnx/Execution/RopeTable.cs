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
        int width = rope.RotaryDimensions / 2;
        float[] cosines = GC.AllocateUninitializedArray<float>(checked(positions * width), pinned: true);
        float[] sines = GC.AllocateUninitializedArray<float>(positions * width, pinned: true);
        int at = 0;
        foreach ((float cosine, float sine) in rope.Rotations(positions))
        {
            (cosines[at], sines[at]) = (cosine, sine);
            at++;
        }
        return new RopeTable(cosines, sines, width);
    }
}
