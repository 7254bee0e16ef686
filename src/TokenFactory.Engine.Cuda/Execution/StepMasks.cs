using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// The masks of a step's constrained sequences, by the rows that they hold, in pinned memory until they are on the device. Rows between
/// constrained ones are uploaded with them: nothing reads those.
/// </summary>
/// <param name="rows">How the sequences on the device sample.</param>
/// <param name="count">Rows that sequences hold.</param>
internal sealed class StepMasks(SamplingRows rows, int count) : IDisposable
{
    private readonly PinnedMemory _masks = new((long)count * rows.MaskWords * sizeof(uint));
    private int _first = int.MaxValue;
    private int _last = -1;

    /// <summary>Takes a sequence's mask, if it is constrained.</summary>
    public void Add(int row, SamplingState state)
    {
        if (state.IsConstrained)
        {
            state.FillMask(_masks.As<uint>(rows.MaskWords, row * rows.MaskWords * sizeof(uint)));
            (_first, _last) = (Math.Min(_first, row), Math.Max(_last, row));
        }
    }

    /// <summary>Enqueues the upload of what was added, if anything was.</summary>
    public void Upload()
    {
        if (_last >= 0)
        {
            rows.UploadMasks(_first, _last - _first + 1, _masks.Value + (nint)((long)_first * rows.MaskWords * sizeof(uint)));
            (_first, _last) = (int.MaxValue, -1);
        }
    }

    public void Dispose() => _masks.Dispose();
}
