using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>The products of a model's steps, a projection for each kind of matrix; made, and their algorithms timed, at load.</summary>
internal sealed class MatrixProducts : IDisposable
{
    // Matrices that timing takes in turn: together more than a device's cache holds, where the model is.
    private const int MostTimed = 4;

    private readonly Projection[] _all;

    /// <param name="library">Computes.</param>
    /// <param name="stream">Where.</param>
    /// <param name="spec">The model.</param>
    /// <param name="shard">The device's part of it.</param>
    /// <param name="kernels">Compute a few rows.</param>
    public MatrixProducts(CublasLtLibrary library, CudaStream stream, ModelSpec spec, TensorShard shard, DecoderKernels kernels)
    {
        Head = new Projection(library, stream, hasBias: false);
        if (kernels.Fp8 is { } fp8)
        {
            // Norms come before the product's rows are FP8, and biases after its results are scaled.
            QueryKeyValue = new Projection(library, stream, hasBias: false, fp8.Few);
            GateUp = new Projection(library, stream, hasBias: false, fp8.Few);
            AttentionOutput = new Projection(library, stream, hasBias: false, fp8.Few);
            Down = new Projection(library, stream, hasBias: false, fp8.Few);
            _all = [QueryKeyValue, AttentionOutput, GateUp, Down, Head];
            return;
        }
        bool outputBias = spec.OutputBias && shard.IsFirst;
        bool downBias = spec.FeedForwardBias && shard.IsFirst;
        // Biases of these two come after the norm, and so after the product.
        QueryKeyValue = new Projection(library, stream, hasBias: false, kernels.NormedFew, spec.NormEpsilon);
        GateUp = new Projection(library, stream, hasBias: false, kernels.NormedFew, spec.NormEpsilon);
        AttentionOutput = new Projection(library, stream, outputBias, outputBias ? null : kernels.Few);
        Down = new Projection(library, stream, downBias, downBias ? null : kernels.Few);
        _all = [QueryKeyValue, AttentionOutput, GateUp, Down, Head];
    }

    public Projection QueryKeyValue { get; }

    public Projection AttentionOutput { get; }

    public Projection GateUp { get; }

    public Projection Down { get; }

    /// <summary>Its results are float.</summary>
    public Projection Head { get; }

    /// <summary>Makes every product that a step may use, and times their algorithms.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its matrices.</param>
    /// <param name="buffers">What they are multiplied with; the contents are lost.</param>
    /// <param name="elements">Format of activations, and of weights that are not FP8.</param>
    /// <param name="rows">Most rows of a step.</param>
    /// <param name="samples">Most rows of a step that sample.</param>
    public void Make(ModelSpec spec, DeviceWeights weights, DecoderBuffers buffers, MatrixType elements, int rows, int samples)
    {
        LayerWeights[] timed = [.. weights.Layers.Take(MostTimed)];
        bool isFp8 = timed[0].QueryKeyValue.Scales != 0;
        MatrixType operands = isFp8 ? MatrixType.E4M3 : elements;
        (nint, nint)[] qkv = [.. timed.Select(layer => (layer.QueryKeyValue.Value, (nint)0))];
        (nint, nint)[] output = [.. timed.Select(layer => (layer.AttentionOutput.Value, isFp8 ? 0 : layer.AttentionOutputBias?.Value ?? 0))];
        LayerWeights[] dense = [.. weights.Layers.Where(layer => layer.Experts is null).Take(MostTimed)];
        (nint, nint)[] gateUp = [.. dense.Select(layer => (layer.GateUp!.Value, (nint)0))];
        (nint, nint)[] down = [.. dense.Select(layer => (layer.Down!.Value, isFp8 ? 0 : layer.DownBias?.Value ?? 0))];
        nint normed = Rows(buffers.X), result = isFp8 ? buffers.Added.Value : buffers.X.Value;
        foreach (int bucket in RowBuckets.UpTo(rows))
        {
            QueryKeyValue.Make(Shape(bucket, spec.QuerySize + (2 * spec.KeyValueSize), spec.HiddenSize), buffers.Qkv.Value, normed, qkv);
            AttentionOutput.Make(Shape(bucket, spec.HiddenSize, spec.QuerySize), result, Rows(buffers.Attended), output);
            if (dense.Length == 0)
            {
                continue;
            }
            GateUp.Make(Shape(bucket, 2 * spec.FeedForwardSize, spec.HiddenSize), buffers.GateUp.Value, normed, gateUp);
            Down.Make(Shape(bucket, spec.HiddenSize, spec.FeedForwardSize), result, Rows(buffers.Activated), down);
        }
        foreach (int bucket in RowBuckets.UpTo(samples))
        {
            ProductShape head = new(bucket, spec.VocabularySize, spec.HiddenSize, elements, MatrixType.Float32);
            Head.Make(head, buffers.Logits.Value, buffers.LastRows.Value, [(weights.Head.Value, 0)]);
        }

        nint Rows(DeviceMemory inElements) => isFp8 ? buffers.Quantized.Value : inElements.Value;

        ProductShape Shape(int bucket, int outputs, int inputs) => new(bucket, outputs, inputs, operands, elements);
    }

    public void Dispose()
    {
        foreach (Projection one in _all)
        {
            one.Dispose();
        }
    }
}
