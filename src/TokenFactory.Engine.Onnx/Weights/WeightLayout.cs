using System.Collections.Immutable;
using System.Globalization;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx.Weights;

/// <summary>A range of the weights file that the graph names as one tensor.</summary>
internal sealed record StoredTensor(string Name, OnnxElement Type, ImmutableArray<long> Shape, long Offset, long Length);

/// <summary>A float32 vector: tensors of the model end to end, with <paramref name="Offset"/> added to every element.</summary>
internal sealed record StoredVector(StoredTensor Tensor, ImmutableArray<WeightRole> Roles, int Layer, float Offset);

/// <summary>
/// A projection [<paramref name="Rows"/>, <paramref name="Columns"/>]: matrices of the model one above the other. Of 32
/// <paramref name="Bits"/> it is plain float32; of 8 or 4 it is packed for our own products (<see cref="PackedFormat"/>), or in
/// MatMulNBits' form with scales, and zero points where given.
/// </summary>
internal sealed record StoredProjection(
    string Name, int Rows, int Columns, int Bits, StoredTensor Weights, StoredTensor? Scales, StoredTensor? ZeroPoints,
    ImmutableArray<WeightRole> Roles, int Layer)
{
    /// <summary>Whether it is in the form of our own products.</summary>
    public bool IsPacked => Bits != 32 && Scales is null;

    /// <summary>Blocks along a row.</summary>
    public int Blocks => (Columns + WeightLayout.BlockSize - 1) / WeightLayout.BlockSize;
}

/// <summary>
/// Where every weight of the graph lies in the weights file. It follows from spec and precision alone, so that builder, cache and
/// graph agree without a catalogue. Tensors are aligned to a page.
/// </summary>
internal sealed class WeightLayout
{
    /// <summary>Weights that share a scale.</summary>
    public const int BlockSize = 32;

    /// <summary>No layer: final norm and head.</summary>
    public const int NoLayer = -1;

    private const int Alignment = 4096;

    private readonly ModelSpec _spec;
    private readonly Dictionary<string, StoredProjection> _projections = [];
    private readonly Dictionary<string, StoredVector> _vectors = [];

    private readonly bool _packs;

    private WeightLayout(ModelSpec spec, WeightPrecision precision, bool packs)
    {
        _spec = spec;
        _packs = packs;
        Precision = precision;
    }

    public WeightPrecision Precision { get; }

    /// <summary>Length of the weights file.</summary>
    public long ByteCount { get; private set; }

    public IReadOnlyCollection<StoredProjection> Projections => _projections.Values;

    public IReadOnlyCollection<StoredVector> Vectors => _vectors.Values;

    /// <param name="spec">The model.</param>
    /// <param name="precision">Not <see cref="WeightPrecision.Auto"/>.</param>
    /// <param name="packs">Whether quantised projections are packed for our own products; where not, they are in ONNX Runtime's form.</param>
    public static WeightLayout Create(ModelSpec spec, WeightPrecision precision, bool packs)
    {
        WeightLayout layout = new(spec, precision, packs);
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            layout.AddLayer(layer);
        }
        layout.AddVector(FinalNorm, NoLayer, spec.HiddenSize, spec.NormWeightOffset, WeightRole.FinalNorm);
        layout.AddProjection(Head, NoLayer, spec.VocabularySize, spec.HiddenSize, WeightRole.OutputHead);
        return layout;
    }

    public const string FinalNorm = "final_norm";

    public const string Head = "head";

    public static string Of(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"layer{layer}.{part}");

    public StoredProjection Projection(string name) => _projections[name];

    public StoredVector? VectorOrNull(string name) => _vectors.GetValueOrDefault(name);

    /// <summary>Offset and length of what our own kernels read; the rest of the file is ONNX Runtime's.</summary>
    public IEnumerable<(long Offset, long Length)> OwnParts() =>
        _vectors.Values.Select(vector => vector.Tensor).Concat(_projections.Values.Where(projection => projection.IsPacked).Select(projection => projection.Weights))
            .Select(tensor => (tensor.Offset, tensor.Length));

    /// <summary>Everything that decides the file's bytes, besides the model's own weights.</summary>
    public string Describe() => string.Join('\n', _projections.Values.Select(p => $"{p.Weights} {p.Scales} {p.ZeroPoints} {p.Bits} {string.Join(',', p.Weights.Shape)}")
        .Concat(_vectors.Values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Tensor} {v.Offset}"))));

    private void AddLayer(int layer)
    {
        ModelSpec spec = _spec;
        float offset = spec.NormWeightOffset;
        AddVector(Of(layer, "attention_norm"), layer, spec.HiddenSize, offset, WeightRole.AttentionNorm);
        AddVector(Of(layer, "feed_forward_norm"), layer, spec.HiddenSize, offset, WeightRole.FeedForwardNorm);
        if (spec.PostNorms)
        {
            AddVector(Of(layer, "post_attention_norm"), layer, spec.HiddenSize, offset, WeightRole.PostAttentionNorm);
            AddVector(Of(layer, "post_feed_forward_norm"), layer, spec.HiddenSize, offset, WeightRole.PostFeedForwardNorm);
        }
        if (spec.QueryKeyNorm)
        {
            AddVector(Of(layer, "query_norm"), layer, spec.HeadSize, offset, WeightRole.QueryNorm);
            AddVector(Of(layer, "key_norm"), layer, spec.HeadSize, offset, WeightRole.KeyNorm);
        }
        AddProjection(Of(layer, "qkv"), layer, spec.QuerySize + (2 * spec.KeyValueSize), spec.HiddenSize, WeightRole.Query, WeightRole.Key, WeightRole.Value);
        AddProjection(Of(layer, "output"), layer, spec.HiddenSize, spec.QuerySize, WeightRole.AttentionOutput);
        AddProjection(Of(layer, "gate_up"), layer, 2 * spec.FeedForwardSize, spec.HiddenSize, WeightRole.Gate, WeightRole.Up);
        AddProjection(Of(layer, "down"), layer, spec.HiddenSize, spec.FeedForwardSize, WeightRole.Down);
        AddBiases(layer);
    }

    private void AddBiases(int layer)
    {
        ModelSpec spec = _spec;
        if (spec.QueryKeyValueBias)
        {
            AddVector(
                Of(layer, "qkv") + ".bias", layer, spec.QuerySize + (2 * spec.KeyValueSize), 0,
                WeightRole.QueryBias, WeightRole.KeyBias, WeightRole.ValueBias);
        }
        if (spec.OutputBias)
        {
            AddVector(Of(layer, "output") + ".bias", layer, spec.HiddenSize, 0, WeightRole.AttentionOutputBias);
        }
        if (spec.FeedForwardBias)
        {
            AddVector(Of(layer, "gate_up") + ".bias", layer, 2 * spec.FeedForwardSize, 0, WeightRole.GateBias, WeightRole.UpBias);
            AddVector(Of(layer, "down") + ".bias", layer, spec.HiddenSize, 0, WeightRole.DownBias);
        }
    }

    private void AddVector(string name, int layer, int width, float offset, params ImmutableArray<WeightRole> roles) =>
        _vectors.Add(name, new StoredVector(Place(name, OnnxElement.Float, [width]), roles, layer, offset));

    private void AddProjection(string name, int layer, int rows, int columns, params ImmutableArray<WeightRole> roles)
    {
        int bits = Bits(name);
        if (bits == 32)
        {
            StoredTensor plain = Place(name, OnnxElement.Float, [rows, columns]);
            _projections.Add(name, new StoredProjection(name, rows, columns, bits, plain, null, null, roles, layer));
            return;
        }
        if (_packs)
        {
            StoredTensor tiles = Place(name, OnnxElement.UInt8, [PackedFormat.ByteCount(rows, columns, bits)]);
            _projections.Add(name, new StoredProjection(name, rows, columns, bits, tiles, null, null, roles, layer));
            return;
        }
        int blocks = (columns + BlockSize - 1) / BlockSize;
        StoredTensor weights = Place(name, OnnxElement.UInt8, [rows, blocks, BlockSize * bits / 8]);
        StoredTensor scales = Place(name + ".scales", OnnxElement.Float, [(long)rows * blocks]);
        StoredTensor? zeros = bits == 4 ? Place(name + ".zeros", OnnxElement.UInt8, [(long)rows * ((blocks + 1) / 2)]) : null;
        _projections.Add(name, new StoredProjection(name, rows, columns, bits, weights, scales, zeros, roles, layer));
    }

    private int Bits(string name) => Precision switch
    {
        WeightPrecision.Fp32 => 32,
        WeightPrecision.Int8 => 8,
        _ => name == Head ? 8 : 4,
    };

    private StoredTensor Place(string name, OnnxElement type, ImmutableArray<long> shape)
    {
        long bytes = shape.Aggregate(type == OnnxElement.Float ? 4L : 1L, (a, b) => a * b);
        StoredTensor tensor = new(name, type, shape, ByteCount, bytes);
        ByteCount = (ByteCount + bytes + Alignment - 1) / Alignment * Alignment;
        return tensor;
    }
}
