using System.Collections.Immutable;
using System.Globalization;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Looks tensors up under the prefixes that text and multimodal models give their decoder, and checks type and shape.</summary>
internal sealed class WeightFinder
{
    private static readonly ImmutableArray<string> Prefixes = ["model.", "language_model.model.", "model.language_model.", ""];

    private static readonly ImmutableArray<string> HeadNames = ["lm_head.weight", "language_model.lm_head.weight", "model.lm_head.weight"];

    private readonly TensorStore _store;
    private readonly string _prefix;
    private readonly ScaleFinder? _scales;

    /// <param name="store">Where tensors lie.</param>
    /// <param name="storage">How matrices are stored where they are FP8; null: none is.</param>
    public WeightFinder(TensorStore store, StoredFp8? storage)
    {
        _scales = storage is null ? null : new ScaleFinder(store, storage);
        _store = store;
        _prefix = Prefixes.FirstOrDefault(prefix => store.TryGet(prefix + "norm.weight", out _)) ?? Prefixes[0];
    }

    public TensorView Layer(int layer, WeightName name)
    {
        string full = string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.{name.Tensor}");
        return Find(_prefix + full, name.Shape, name.IsPacked) ?? throw Missing(full);
    }

    public TensorView? OuterOrNull(string name, ImmutableArray<long> shape) => Find(_prefix + name, shape);

    public TensorView? HeadOrNull(ImmutableArray<long> shape) =>
        HeadNames.Select(name => Find(name, shape)).FirstOrDefault(tensor => tensor is not null);

    public ModelFormatException Missing(string name, string? advice = null)
    {
        string full = name == HeadNames[0] ? name : _prefix + name;
        string[] near = [.. _store.Names.Where(n => n.EndsWith(name[(name.LastIndexOf('.', name.LastIndexOf('.') - 1) + 1)..], StringComparison.Ordinal)).Take(1)];
        string seen = near.Length == 0 ? "" : $" (there is \"{near[0]}\")";
        return new ModelFormatException(
            _store.Source, full, $"the tensor is missing{seen}; {advice ?? "config.json asks for it, so one of the two files belongs to another model"}");
    }

    private TensorView? Find(string name, ImmutableArray<long> shape, bool isPacked = false)
    {
        if (!_store.TryGet(name, out TensorView tensor))
        {
            return null;
        }
        bool isFp8 = tensor.Type == TensorType.F8E4M3 && _scales is not null && tensor.Shape.Length == 2;
        if (isPacked && tensor.Type != TensorType.U8)
        {
            throw new ModelFormatException(tensor.File, name, $"its type is {tensor.Type}; config.json asks for U8");
        }
        if (!isPacked && tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16) && !isFp8)
        {
            throw new ModelFormatException(
                tensor.File, name, $"its type is {tensor.Type}; supported are F32, F16 and BF16, and F8_E4M3 for matrices where config.json says so in quantization_config");
        }
        return tensor.Shape.SequenceEqual(shape)
            ? isFp8 ? _scales!.Scale(tensor) : tensor
            : throw new ModelFormatException(
                tensor.File, name, $"its shape is [{string.Join(", ", tensor.Shape)}]; config.json asks for [{string.Join(", ", shape)}]");
    }
}
