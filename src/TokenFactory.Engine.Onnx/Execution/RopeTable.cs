using TokenFactory.Engine.Onnx.Memory;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Cosines and sines of a rotation for every position, [positions, rotary dimensions / 2], its attention factor multiplied in.</summary>
internal sealed unsafe class RopeTable : IDisposable
{
    private readonly NativeRegion _cosines;
    private readonly NativeRegion _sines;

    private RopeTable(int width, int positions)
    {
        Width = width;
        _cosines = new NativeRegion((long)width * positions * sizeof(float));
        _sines = new NativeRegion((long)width * positions * sizeof(float));
    }

    public float* Cosines => (float*)_cosines.Base;

    public float* Sines => (float*)_sines.Base;

    public int Width { get; }

    public static RopeTable Create(RopeSpec rope, int positions)
    {
        RopeTable table = new(rope.RotaryDimensions / 2, positions);
        long at = 0;
        foreach ((float cosine, float sine) in rope.Rotations(positions))
        {
            (table.Cosines[at], table.Sines[at]) = (cosine, sine);
            at++;
        }
        return table;
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
