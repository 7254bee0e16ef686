using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Cosine and sine of every position and pair, a table for each rotation that the layers have.</summary>
internal sealed class RopeTables : IDisposable
{
    private readonly Dictionary<LayerRope, DeviceMemory> _tables = [];

    public RopeTables(ModelSpec spec, int positions, CudaStream stream)
    {
        foreach (LayerRope rope in spec.LayerAttention.Select(layer => layer.Rope).Distinct())
        {
            if (DecoderKernels.RopeOf(spec, rope) is { } rotation)
            {
                float[] numbers = Compute(rotation, positions);
                DeviceMemory table = DeviceMemory.For<float>(numbers.Length);
                _tables.Add(rope, table);
                table.Write<float>(numbers, stream);
            }
        }
    }

    /// <summary>Address of [positions, pairs, 2] of float; 0 where nothing is rotated.</summary>
    public nint Of(LayerRope rope) => _tables.TryGetValue(rope, out DeviceMemory? table) ? table.Value : 0;

    public void Dispose()
    {
        foreach (DeviceMemory table in _tables.Values)
        {
            table.Dispose();
        }
    }

    private static float[] Compute(RopeSpec rope, int positions)
    {
        float[] numbers = new float[checked(positions * rope.RotaryDimensions)];
        int at = 0;
        foreach ((float cosine, float sine) in rope.Rotations(positions))
        {
            numbers[at++] = cosine;
            numbers[at++] = sine;
        }
        return numbers;
    }
}
