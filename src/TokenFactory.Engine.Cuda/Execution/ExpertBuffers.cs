using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Memory that layers with experts use again, sized for the largest step. A pair is a row and one of the experts it has chosen; its place is where it comes by expert.</summary>
internal sealed class ExpertBuffers : IDisposable
{
    private readonly DeviceMemory[] _all;

    /// <param name="spec">A model that has experts.</param>
    /// <param name="rows">Most rows of activations, a bucket.</param>
    public ExpertBuffers(ModelSpec spec, int rows) => _all = [.. SizesOf(spec, rows).Select(bytes => new DeviceMemory(bytes))];

    /// <summary>[rows, hidden]: the rows after the norm.</summary>
    public DeviceMemory Normed => _all[0];

    /// <summary>[pairs] int: the expert of each.</summary>
    public DeviceMemory Choices => _all[1];

    /// <summary>[pairs] float.</summary>
    public DeviceMemory Weights => _all[2];

    /// <summary>[pairs] int: the pair in each place.</summary>
    public DeviceMemory Order => _all[3];

    /// <summary>[pairs] int: the place of each pair.</summary>
    public DeviceMemory Places => _all[4];

    public DeviceMemory Tiles => _all[5];

    public DeviceMemory TileCount => _all[6];

    /// <summary>[places, width].</summary>
    public DeviceMemory Activated => _all[7];

    /// <summary>[places, hidden].</summary>
    public DeviceMemory Results => _all[8];

    public long Bytes => _all.Sum(memory => memory.Bytes);

    /// <summary>What it takes for a model; 0 for one without experts.</summary>
    public static long BytesOf(ModelSpec spec, int rows) => spec.Experts is null ? 0 : SizesOf(spec, rows).Sum();

    public void Dispose()
    {
        foreach (DeviceMemory memory in _all)
        {
            memory.Dispose();
        }
    }

    private static long[] SizesOf(ModelSpec spec, int rows)
    {
        ExpertsSpec experts = spec.Experts!;
        long pairs = (long)rows * experts.PerToken;
        return
        [
            rows * (long)spec.HiddenSize * ElementFormat.Bytes,
            pairs * sizeof(int),
            pairs * sizeof(float),
            pairs * sizeof(int),
            pairs * sizeof(int),
            (long)ExpertTiles.MostUpTo(checked((int)pairs), experts.Count) * ExpertTiles.Bytes,
            sizeof(int),
            pairs * experts.Width * ElementFormat.Bytes,
            pairs * spec.HiddenSize * ElementFormat.Bytes,
        ];
    }
}
