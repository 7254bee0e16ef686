using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// The largest step, run once at load: after it the driver and the libraries have taken the memory that they take at a first use, and all code
/// is loaded that a recording may launch.
/// </summary>
internal static class WarmUp
{
    /// <summary>Runs a step and waits for it. All of its rows are fill-ups: the first token of the spare row, which attends to itself alone in the spare block.</summary>
    /// <param name="pass">The model, over KV planes of at least the spare block.</param>
    /// <param name="buffers">Of at least this size.</param>
    /// <param name="largest">The step.</param>
    /// <param name="spareRow">The row of fill-ups.</param>
    /// <param name="tableStride">KV blocks of the longest sequence.</param>
    /// <param name="spareBlock">The KV block that it writes.</param>
    /// <param name="stream">Where.</param>
    public static void Run(DecoderPass pass, DecoderBuffers buffers, in StepSize largest, int spareRow, int tableStride, int spareBlock, CudaStream stream)
    {
        StepLayout layout = new(largest with { TableEntries = 1, Settings = 0 });
        using PinnedMemory inputs = new(layout.Bytes);
        inputs.As<byte>(layout.Bytes).Clear();
        inputs.As<int>(largest.Tokens, layout.Rows).Fill(spareRow);
        inputs.As<PrefillTile>(largest.Tiles, layout.Tiles).Fill(new PrefillTile(0, 0, 1, spareRow));
        inputs.As<int>(largest.Samples, layout.SampleRows).Fill(spareRow);
        inputs.As<int>(1, layout.TableIndices)[0] = spareRow * tableStride;
        inputs.As<int>(1, layout.TableBlocks)[0] = spareBlock;
        buffers.Inputs.Upload(inputs.Value, layout.Bytes, stream);
        pass.Enqueue(layout);
        stream.Synchronize();
    }
}
