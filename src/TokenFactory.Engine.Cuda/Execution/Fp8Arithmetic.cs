using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Layers of FP8 matrices. Each token's row gets a scale of its own before a product, so that what else is in the step changes nothing of it; the
/// scales of rows and of matrices are applied by the kernels that read the results. A layer is ten launches: four products, rotation and filing,
/// attention, and what makes the four products' rows.
/// </summary>
/// <param name="spec">The model, or the device's part of it.</param>
/// <param name="shard">Which part.</param>
/// <param name="weights">Its tensors.</param>
/// <param name="kernels">Compiled for its shapes.</param>
/// <param name="buffers">What steps use again.</param>
/// <param name="products">Matrix products.</param>
/// <param name="stream">Where.</param>
internal sealed class Fp8Arithmetic(
    ModelSpec spec, TensorShard shard, DeviceWeights weights, Fp8Kernels kernels, DecoderBuffers buffers, MatrixProducts products, CudaStream stream) : ILayerArithmetic
{
    /// <summary>Whether results of parts are whole, biases among them, before they are added up over devices.</summary>
    private bool IsDivided => shard.Count > 1;

    public void Begin(int stage, int rows)
    {
        bool isFeedForward = stage % 2 == 1;
        LayerWeights? next = stage / 2 < weights.Layers.Count ? weights.Layers[stage / 2] : null;
        JoinFp8Arguments join = new()
        {
            X = buffers.X.Value,
            Residual = buffers.X.Value,
            Norm = (isFeedForward ? next?.FeedForwardNorm : next?.AttentionNorm)?.Value ?? 0,
            Out = buffers.Quantized.Value,
            Scales = buffers.RowScales.Value,
            Epsilon = spec.NormEpsilon,
            WeightOffset = spec.NormWeightOffset,
        };
        if (stage > 0)
        {
            LayerWeights before = weights.Layers[(stage - 1) / 2];
            join.Result = buffers.Added.Value;
            join.PostNorm = (isFeedForward ? before.PostAttentionNorm : before.PostFeedForwardNorm)?.Value ?? 0;
            if (!IsDivided)
            {
                join.RowScales = buffers.RowScales.Value;
                join.ColumnScales = (isFeedForward ? before.AttentionOutput : before.Down!).Scales;
                join.Bias = (isFeedForward ? before.AttentionOutputBias : before.DownBias)?.Value ?? 0;
            }
        }
        kernels.Join.Launch(join, rows, stream);
    }

    public LateNorm QueryKeyValue(LayerWeights own, int rows) => Multiply(products.QueryKeyValue, buffers.Qkv, own.QueryKeyValue, own.QueryKeyValueBias, rows);

    public nint AttentionOutput(LayerWeights own, int rows)
    {
        kernels.Quantize.Launch(buffers.Quantized.Value, buffers.RowScales.Value, buffers.Attended.Value, rows, spec.QuerySize, stream);
        return Part(Multiply(products.AttentionOutput, buffers.Added, own.AttentionOutput, own.AttentionOutputBias, rows), rows);
    }

    public nint FeedForward(LayerWeights own, int rows)
    {
        LateNorm left = Multiply(products.GateUp, buffers.GateUp, own.GateUp!, own.GateUpBias, rows);
        kernels.Activation.Launch(buffers.Quantized.Value, buffers.RowScales.Value, buffers.GateUp.Value, rows, left, stream);
        return Part(Multiply(products.Down, buffers.Added, own.Down!, own.DownBias, rows), rows);
    }

    private LateNorm Multiply(Projection projection, DeviceMemory to, DeviceMatrix matrix, DeviceMemory? bias, int rows)
    {
        projection.Enqueue(to.Value, buffers.Quantized.Value, matrix.Value, 0, rows, adds: false);
        return new LateNorm { Bias = bias?.Value ?? 0, RowScales = buffers.RowScales.Value, ColumnScales = matrix.Scales, Scale = 1 };
    }

    /// <summary>A part's result, whose scales the next join applies; where several devices share the model, each has its own, and applies them before they are added up.</summary>
    private nint Part(LateNorm left, int rows)
    {
        if (IsDivided)
        {
            JoinFp8Arguments whole = new()
            {
                X = buffers.Added.Value,
                Result = buffers.Added.Value,
                RowScales = left.RowScales,
                ColumnScales = left.ColumnScales,
                Bias = left.Bias,
            };
            kernels.Join.Launch(whole, rows, stream);
        }
        return buffers.Added.Value;
    }
}
