using System.Runtime.CompilerServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Enqueues a step: decode rows and prefill chunks in one pass over the weights. A layer of decode rows is seven launches in elements: q/k/v,
/// rotation and filing, attention, output, gate/up, activation, down; norms after a product, where a model has them, are two more, experts three,
/// and FP8 is ten in all. All inputs are read from device memory, so that a pass of one size can be recorded once and replayed.
/// </summary>
/// <param name="spec">The model, or the device's part of it.</param>
/// <param name="arithmetic">The products of its layers.</param>
/// <param name="weights">Its tensors.</param>
/// <param name="kernels">Compiled for its shapes.</param>
/// <param name="buffers">What steps use again.</param>
/// <param name="kv">Keys and values.</param>
/// <param name="ropes">Rotations.</param>
/// <param name="sampling">How the sequences sample.</param>
/// <param name="products">Of which the head's.</param>
/// <param name="stream">Where.</param>
/// <param name="tableStride">KV blocks of the longest sequence.</param>
/// <param name="splitContext">Tokens of the longest sequence, by which attention of decode rows is split.</param>
/// <param name="multiprocessors">Of the device.</param>
internal sealed class DecoderPass(
    ModelSpec spec, ILayerArithmetic arithmetic, DeviceWeights weights, DecoderKernels kernels, DecoderBuffers buffers, KvPool kv, RopeTables ropes, SamplingRows sampling,
    MatrixProducts products, CudaStream stream, int tableStride, int splitContext, int multiprocessors)
{
    private int QkvWidth => spec.QuerySize + (2 * spec.KeyValueSize);

    /// <summary>Attention and the feed-forward part of every layer, then the head.</summary>
    public int Stages => (2 * spec.Layers) + 1;

    /// <summary>Numbers that a stage adds to the residual stream in a row.</summary>
    public int Width => spec.HiddenSize;

    /// <summary>Enqueues a step whose inputs lie as <paramref name="layout"/> says.</summary>
    public void Enqueue(in StepLayout layout)
    {
        for (int stage = 0; stage < Stages; stage++)
        {
            EnqueueStage(stage, layout);
        }
    }

    /// <summary>Enqueues one of the step's stages, which follow one another.</summary>
    /// <returns>Address of [rows, width] of elements, of which each device that shares the model holds a summand that is to be the sum before the next stage; 0 after the last.</returns>
    public nint EnqueueStage(int stage, in StepLayout layout)
    {
        if (stage == 0)
        {
            EnqueueInputs(layout);
        }
        arithmetic.Begin(stage, layout.Size.Tokens);
        if (stage == Stages - 1)
        {
            EnqueueHead(layout);
            EnqueuePooled(layout);
            return 0;
        }
        return stage % 2 == 0 ? EnqueueAttention(stage / 2, layout) : arithmetic.FeedForward(weights.Layers[stage / 2], layout.Size.Tokens);
    }

    private void EnqueueInputs(in StepLayout layout)
    {
        nint inputs = buffers.Inputs.Value;
        StepSize size = layout.Size;
        kernels.Scatter.Launch(buffers.Tables.Value, inputs + layout.TableBlocks, inputs + layout.TableIndices, size.TableEntries, 1, stream);
        kernels.Scatter.Launch(
            sampling.Settings.Value, inputs + layout.Settings, inputs + layout.SettingRows, size.Settings, Unsafe.SizeOf<SamplingSettings>() / sizeof(int), stream);
        kernels.Embedding.Launch(
            buffers.X.Value, inputs + layout.Tokens, inputs + layout.Rows, buffers.LastSampled.Value, weights.Embedding.Value, size.Tokens, spec.HiddenSize, spec.EmbeddingScale, stream);
    }

    private nint EnqueueAttention(int layer, in StepLayout layout)
    {
        LayerWeights own = weights.Layers[layer];
        StepSize size = layout.Size;
        nint inputs = buffers.Inputs.Value;
        LayerRope rope = spec.LayerAttention[layer].Rope;
        RopeKvWriteArguments filing = new()
        {
            Qkv = buffers.Qkv.Value,
            Norm = arithmetic.QueryKeyValue(own, size.Tokens),
            Keys = kv.Keys(layer),
            Values = kv.Values(layer),
            Positions = inputs + layout.Positions,
            Rows = inputs + layout.Rows,
            BlockTables = buffers.Tables.Value,
            CosSin = ropes.Of(rope),
            QueryNorm = own.QueryNorm?.Value ?? 0,
            KeyNorm = own.KeyNorm?.Value ?? 0,
            Tokens = size.Tokens,
            TableStride = tableStride,
            QueryHeads = spec.AttentionHeads,
            KvHeads = spec.KeyValueHeads,
            Epsilon = spec.NormEpsilon,
            WeightOffset = spec.NormWeightOffset,
        };
        kernels.Rope(rope).Launch(filing, stream);
        AttentionArguments attention = new()
        {
            Result = buffers.Attended.Value,
            Qkv = buffers.Qkv.Value,
            Keys = kv.Keys(layer),
            Values = kv.Values(layer),
            BlockTables = buffers.Tables.Value,
            QkvStride = QkvWidth,
            TableStride = tableStride,
            QueryHeads = spec.AttentionHeads,
            KvHeads = spec.KeyValueHeads,
            Sinks = own.AttentionSinks?.Value ?? 0,
            Scale = spec.AttentionScale,
            SoftCap = spec.AttentionSoftCap ?? 0,
            Window = spec.LayerAttention[layer].SlidingWindow ?? 0,
        };
        int splits = AttentionDecodeKernel.SplitsFor(size.Decodes, spec.AttentionHeads, spec.KeyValueHeads, splitContext, multiprocessors);
        kernels.Decode.Launch(attention, size.Decodes, inputs + layout.Positions, inputs + layout.Rows, buffers.Partial.Value, buffers.Done.Value, splits, stream);
        kernels.Prefill.Launch(attention, inputs + layout.Tiles, size.Tiles, stream);
        return arithmetic.AttentionOutput(own, size.Tokens);
    }

    private void EnqueueHead(in StepLayout layout)
    {
        int samples = layout.Size.Samples;
        if (samples == 0)
        {
            return;
        }
        nint inputs = buffers.Inputs.Value;
        EnqueueLastRows(inputs + layout.SampleTokens, samples);
        products.Head.Enqueue(buffers.Logits.Value, buffers.LastRows.Value, weights.Head.Value, 0, samples, adds: false);
        if (spec.LogitSoftCap is { } cap)
        {
            kernels.SoftCap.Launch(buffers.Logits.Value, (long)samples * spec.VocabularySize, cap, stream);
        }
        kernels.Sampling.Launch(
            buffers.Logits.Value, buffers.RawLogits.Value, sampling.Settings.Value, inputs + layout.SampleRows, buffers.LastSampled.Value, buffers.Records.Value, samples,
            spec.VocabularySize, stream);
    }

    /// <summary>Leaves what is pooled in the rows that the head has read by then.</summary>
    private void EnqueuePooled(in StepLayout layout) => EnqueueLastRows(buffers.Inputs.Value + layout.PoolTokens, layout.Size.Pools);

    private void EnqueueLastRows(nint tokens, int count)
    {
        kernels.Gather.Launch(buffers.LastRows.Value, buffers.X.Value, tokens, count, spec.HiddenSize, stream);
        kernels.Norm.Launch(
            buffers.LastRows.Value, buffers.LastRows.Value, 0, weights.FinalNorm.Value, count, spec.HiddenSize, spec.NormEpsilon, spec.NormWeightOffset, stream);
    }
}
