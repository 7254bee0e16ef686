using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Engine.Execution;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>A model on a device, ready for steps, and all that it holds there. Used by one thread at a time.</summary>
internal sealed class LoadedDecoder : IDisposable
{
    public required CudaContext Context { get; init; }

    public required DeviceInfo Info { get; init; }

    public required ExecutorLimits Limits { get; init; }

    /// <summary>How activations are stored.</summary>
    public required TensorType Elements { get; init; }

    public required CudaStream Stream { get; init; }

    public required CublasLtLibrary Library { get; init; }

    public required DeviceWeights Weights { get; init; }

    public required DecoderKernels Kernels { get; init; }

    public required DecoderBuffers Buffers { get; init; }

    public required KvPool Kv { get; init; }

    public required RopeTables Ropes { get; init; }

    public required SamplingRows Sampling { get; init; }

    public required MatrixProducts Products { get; init; }

    public required DecoderPass Pass { get; init; }

    /// <summary>Empty where decode steps are not recorded.</summary>
    public required DecodeGraphs Graphs { get; init; }

    public required StepWriter Writer { get; init; }

    /// <summary>Bytes of the largest step's inputs.</summary>
    public required int InputBytes { get; init; }

    /// <summary>Most samples of a step.</summary>
    public required int MostSamples { get; init; }

    /// <summary>Makes the device the calling thread's.</summary>
    public void Enter() => Context.Enter();

    /// <summary>Waits for what is under way; false where the device no longer answers, and nothing is under way any more.</summary>
    public bool TryFinish()
    {
        try
        {
            Enter();
            Stream.Synchronize();
            return true;
        }
        catch (CudaException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Graphs.Dispose();
        Products.Dispose();
        Sampling.Dispose();
        Ropes.Dispose();
        Kv.Dispose();
        Buffers.Dispose();
        Kernels.Dispose();
        Weights.Dispose();
        Library.Dispose();
        Stream.Dispose();
        Context.Dispose();
    }
}
