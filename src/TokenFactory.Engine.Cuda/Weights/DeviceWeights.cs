using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>
/// One layer's tensors on the device; null where the model has none. In elements the weights of the norms before q/k/v and gate/up are in those
/// matrices; in FP8 they are apart, for rows are normed before they become FP8.
/// </summary>
internal sealed record LayerWeights(
    DeviceMemory? AttentionNorm, DeviceMatrix QueryKeyValue, DeviceMemory? QueryKeyValueBias, DeviceMemory? QueryNorm, DeviceMemory? KeyNorm, DeviceMatrix AttentionOutput,
    DeviceMemory? AttentionOutputBias, DeviceMemory? PostAttentionNorm, DeviceMemory? FeedForwardNorm, DeviceMatrix? GateUp, DeviceMemory? GateUpBias, DeviceMatrix? Down,
    DeviceMemory? DownBias, DeviceMemory? PostFeedForwardNorm) : IDisposable
{
    /// <summary>[query heads]: logits that take part in a softmax; null where the model has none.</summary>
    public DeviceMemory? AttentionSinks { get; init; }

    /// <summary>The layer's experts; null where it has the dense matrices instead.</summary>
    public ExpertWeights? Experts { get; init; }

    public long Bytes => Vectors.Sum(memory => memory.Bytes) + Matrices.Sum(matrix => matrix.Bytes);

    private IEnumerable<DeviceMatrix> Matrices => new[] { QueryKeyValue, AttentionOutput, GateUp, Down }.OfType<DeviceMatrix>();

    private IEnumerable<DeviceMemory> Vectors => new[]
    {
        AttentionNorm, QueryKeyValueBias, QueryNorm, KeyNorm, AttentionOutputBias, PostAttentionNorm, FeedForwardNorm, GateUpBias, DownBias, PostFeedForwardNorm,
        AttentionSinks,
    }.OfType<DeviceMemory>().Concat(Experts?.All ?? []);

    public void Dispose()
    {
        foreach (IDisposable one in Vectors.Concat<IDisposable>(Matrices))
        {
            one.Dispose();
        }
    }
}

/// <summary>A model's tensors on the device: q, k and v as one matrix, gate and up as one.</summary>
internal sealed class DeviceWeights : IDisposable
{
    private DeviceWeights(DeviceMemory embedding, DeviceMemory head, DeviceMemory finalNorm, LayerWeights[] layers)
    {
        (Embedding, Head, FinalNorm, Layers) = (embedding, head, finalNorm, layers);
        Bytes = embedding.Bytes + (head == embedding ? 0 : head.Bytes) + finalNorm.Bytes + layers.Sum(layer => layer.Bytes);
    }

    /// <summary>[vocabulary, hidden].</summary>
    public DeviceMemory Embedding { get; }

    /// <summary>[vocabulary, hidden]; the embedding itself where tied.</summary>
    public DeviceMemory Head { get; }

    public DeviceMemory FinalNorm { get; }

    public IReadOnlyList<LayerWeights> Layers { get; }

    public long Bytes { get; }

    /// <summary>What the tensors take on the device; the estimate before a load.</summary>
    public static long BytesOf(ModelSpec spec, CudaPrecision precision)
    {
        if (precision != CudaPrecision.Fp8)
        {
            return spec.ParameterCount * ElementFormat.Bytes;
        }
        long ends = (spec.TiedEmbeddings ? 1L : 2L) * spec.VocabularySize * spec.HiddenSize;
        long rows = spec.QuerySize + (2L * spec.KeyValueSize) + (2L * spec.HiddenSize) + (2L * spec.FeedForwardSize);
        return (ends * ElementFormat.Bytes) + spec.ParameterCount - ends + (spec.Layers * rows * sizeof(float));
    }

    /// <summary>Brings a model to the device.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="map">Its stored tensors.</param>
    /// <param name="shard">The device's part of them; <paramref name="spec"/> is of that part.</param>
    /// <param name="uploader">Brings them there.</param>
    /// <param name="progress">Hears the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Gives up between tensors.</param>
    public static DeviceWeights Load(ModelSpec spec, WeightMap map, TensorShard shard, WeightUploader uploader, Action<double> progress, CancellationToken cancellation)
    {
        List<IDisposable> made = [];
        try
        {
            DeviceMemory embedding = Keep(uploader.Upload(map[WeightRole.TokenEmbedding]));
            DeviceMemory head = spec.TiedEmbeddings ? embedding : Keep(uploader.Upload(map[WeightRole.OutputHead]));
            DeviceMemory norm = Keep(uploader.Upload(map[WeightRole.FinalNorm]));
            LayerWeights[] layers = new LayerWeights[spec.Layers];
            for (int layer = 0; layer < spec.Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                layers[layer] = Keep(LoadLayer(spec, map, shard, layer, uploader));
                progress((double)uploader.Uploaded / spec.ParameterCount);
            }
            uploader.Finish();
            return new DeviceWeights(embedding, head, norm, layers);
        }
        catch
        {
            made.ForEach(one => one.Dispose());
            throw;
        }

        T Keep<T>(T one)
            where T : IDisposable
        {
            made.Add(one);
            return one;
        }
    }

    public void Dispose()
    {
        Embedding.Dispose();
        Head.Dispose();
        FinalNorm.Dispose();
        foreach (LayerWeights layer in Layers)
        {
            layer.Dispose();
        }
    }

    private static LayerWeights LoadLayer(ModelSpec spec, WeightMap map, TensorShard shard, int layer, WeightUploader uploader)
    {
        bool isDense = !spec.HasExperts(layer);
        return new LayerWeights(
            NormOf(WeightRole.AttentionNorm),
            Following(WeightRole.AttentionNorm, WeightRole.Query, WeightRole.Key, WeightRole.Value),
            Divided(WeightRole.QueryBias, WeightRole.KeyBias, WeightRole.ValueBias),
            One(WeightRole.QueryNorm),
            One(WeightRole.KeyNorm),
            Matrix(uploader.UploadColumns(shard, map[WeightRole.AttentionOutput, layer]), spec.QuerySize),
            Once(WeightRole.AttentionOutputBias),
            One(WeightRole.PostAttentionNorm),
            NormOf(WeightRole.FeedForwardNorm),
            isDense ? Following(WeightRole.FeedForwardNorm, WeightRole.Gate, WeightRole.Up) : null,
            Divided(WeightRole.GateBias, WeightRole.UpBias),
            isDense ? Matrix(uploader.UploadColumns(shard, map[WeightRole.Down, layer]), spec.FeedForwardSize) : null,
            Once(WeightRole.DownBias),
            One(WeightRole.PostFeedForwardNorm))
        {
            AttentionSinks = Divided(WeightRole.AttentionSinks),
            Experts = isDense ? null : ExpertWeights.Load(spec, map, shard, layer, uploader),
        };

        DeviceMatrix Following(WeightRole norm, params ReadOnlySpan<WeightRole> roles)
        {
            DeviceMemory elements = Divided(roles)!;
            if (!uploader.Quantizes)
            {
                uploader.Fold(map[norm, layer], spec.NormWeightOffset, elements);
            }
            return Matrix(elements, spec.HiddenSize);
        }

        DeviceMatrix Matrix(DeviceMemory elements, int width) => uploader.Quantizes ? uploader.Quantize(elements, width) : new DeviceMatrix(elements);

        DeviceMemory? NormOf(WeightRole role) => uploader.Quantizes ? One(role) : null;

        DeviceMemory? One(WeightRole role) => map.TryGet(role, layer, out TensorView tensor) ? uploader.Upload(tensor) : null;

        DeviceMemory? Once(WeightRole role) => shard.IsFirst ? One(role) : null;

        DeviceMemory? Divided(params ReadOnlySpan<WeightRole> roles)
        {
            TensorView[] tensors = new TensorView[roles.Length];
            for (int i = 0; i < roles.Length; i++)
            {
                if (!map.TryGet(roles[i], layer, out tensors[i]))
                {
                    return null;
                }
                tensors[i] = shard.Rows(tensors[i]);
            }
            return uploader.Upload(tensors);
        }
    }
}
