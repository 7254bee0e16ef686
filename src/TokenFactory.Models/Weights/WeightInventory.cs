using System.Collections.Immutable;
using System.Globalization;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>A tensor that a model's files hold. It has several roles where projections are stored fused.</summary>
/// <param name="Name">In the files.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Roles">What it is for.</param>
/// <param name="IsPacked">Whether its elements are bytes, of a format of its own; else they are numbers.</param>
public sealed record ExpectedTensor(string Name, ImmutableArray<long> Shape, ImmutableArray<WeightRole> Roles, bool IsPacked = false)
{
    public long ElementCount => Shape.Aggregate(1L, (product, extent) => product * extent);
}

/// <summary>The tensors that a spec asks for, under the names that text models use.</summary>
public static class WeightInventory
{
    public static IEnumerable<ExpectedTensor> Of(ModelSpec spec)
    {
        ImmutableArray<long> matrix = [spec.VocabularySize, spec.HiddenSize];
        yield return new ExpectedTensor("model.embed_tokens.weight", matrix, [WeightRole.TokenEmbedding]);
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            foreach (WeightName name in WeightNames.OfLayer(spec, layer))
            {
                string full = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{name.Tensor}");
                yield return new ExpectedTensor(full, name.Shape, [.. name.Parts.Select(part => part.Role)], name.IsPacked);
            }
        }
        yield return new ExpectedTensor("model.norm.weight", [spec.HiddenSize], [WeightRole.FinalNorm]);
        if (!spec.TiedEmbeddings)
        {
            yield return new ExpectedTensor("lm_head.weight", matrix, [WeightRole.OutputHead]);
        }
    }
}
