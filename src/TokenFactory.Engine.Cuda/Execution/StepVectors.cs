using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Engine.Execution;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>What a step under way pools on one device: elements in pinned memory once the step has ended, floats in its result.</summary>
/// <param name="decoder">The device, which is the calling thread's.</param>
internal sealed class StepVectors(LoadedDecoder decoder) : IDisposable
{
    private readonly int _width = decoder.Pass.Width;
    private readonly PinnedMemory _vectors = new((long)decoder.Limits.MaxSequences * decoder.Pass.Width * ElementFormat.Bytes);
    private readonly List<int> _slices = new(decoder.Limits.MaxSequences);

    /// <summary>Notes which slices of a plan are pooled.</summary>
    public void Begin(StepPlan plan)
    {
        _slices.Clear();
        for (int i = 0; i < plan.Slices.Length && _slices.Count < plan.PoolCount; i++)
        {
            if (plan.Slices[i].Pools)
            {
                _slices.Add(i);
            }
        }
    }

    /// <summary>Enqueues the download, before another step takes the rows' place; of no vectors, nothing.</summary>
    public void Download()
    {
        if (_slices.Count > 0)
        {
            decoder.Buffers.LastRows.Download(_vectors.Value, (long)_slices.Count * _width * ElementFormat.Bytes, decoder.Stream);
        }
    }

    /// <summary>Widens the vectors into a result; after the step's end.</summary>
    public void Read(StepResult result)
    {
        int bytes = _width * ElementFormat.Bytes;
        for (int i = 0; i < _slices.Count; i++)
        {
            FloatConversion.ToSingle(_vectors.As<byte>(bytes, (long)i * bytes), decoder.Elements, result.AddPooled(_slices[i], _width));
        }
    }

    public void Dispose() => _vectors.Dispose();
}
