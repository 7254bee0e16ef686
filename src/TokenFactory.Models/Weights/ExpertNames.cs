using System.Globalization;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Names of the tensors of a layer's router and experts, as the families that have them write them.</summary>
internal static class ExpertNames
{
    public static IEnumerable<WeightName> OfLayer(ModelSpec spec) => spec.Architecture switch
    {
        ModelArchitecture.Mixtral => Separate(spec, "block_sparse_moe", "w1", "w3", "w2"),
        ModelArchitecture.GptOss => Fused(spec),
        _ => Separate(spec, "mlp", "gate_proj", "up_proj", "down_proj"),
    };

    private static IEnumerable<WeightName> Separate(ModelSpec spec, string part, string gate, string up, string down)
    {
        ExpertsSpec experts = spec.Experts!;
        yield return WeightName.Matrix($"{part}.gate.weight", spec.HiddenSize, new WeightPart(WeightRole.Router, experts.Count));
        for (int expert = 0; expert < experts.Count; expert++)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"{part}.experts.{expert}.");
            yield return WeightName.Matrix($"{prefix}{gate}.weight", spec.HiddenSize, new WeightPart(WeightRole.Gate, experts.Width)) with { Expert = expert };
            yield return WeightName.Matrix($"{prefix}{up}.weight", spec.HiddenSize, new WeightPart(WeightRole.Up, experts.Width)) with { Expert = expert };
            yield return WeightName.Matrix($"{prefix}{down}.weight", experts.Width, new WeightPart(WeightRole.Down, spec.HiddenSize)) with { Expert = expert };
        }
    }

    private static IEnumerable<WeightName> Fused(ModelSpec spec)
    {
        ExpertsSpec experts = spec.Experts!;
        long hidden = spec.HiddenSize, width = experts.Width;
        yield return WeightName.Matrix("mlp.router.weight", spec.HiddenSize, new WeightPart(WeightRole.Router, experts.Count));
        yield return WeightName.Vector("mlp.router.bias", experts.Count, WeightRole.RouterBias);
        if (experts.Storage == ExpertStorage.FusedMxfp4)
        {
            yield return OfAll("gate_up_proj_blocks", WeightRole.ExpertGateUpBlocks, 2 * width, hidden / Mxfp4.BlockSize, Mxfp4.BlockBytes) with { IsPacked = true };
            yield return OfAll("gate_up_proj_scales", WeightRole.ExpertGateUpScales, 2 * width, hidden / Mxfp4.BlockSize) with { IsPacked = true };
            yield return OfAll("down_proj_blocks", WeightRole.ExpertDownBlocks, hidden, width / Mxfp4.BlockSize, Mxfp4.BlockBytes) with { IsPacked = true };
            yield return OfAll("down_proj_scales", WeightRole.ExpertDownScales, hidden, width / Mxfp4.BlockSize) with { IsPacked = true };
        }
        else
        {
            yield return OfAll("gate_up_proj", WeightRole.ExpertGateUp, hidden, 2 * width);
            yield return OfAll("down_proj", WeightRole.ExpertDown, width, hidden);
        }
        yield return OfAll("gate_up_proj_bias", WeightRole.ExpertGateUpBias, 2 * width);
        yield return OfAll("down_proj_bias", WeightRole.ExpertDownBias, hidden);

        WeightName OfAll(string tensor, WeightRole role, params ReadOnlySpan<long> shape) =>
            new($"mlp.experts.{tensor}", [experts.Count, .. shape], [new WeightPart(role, experts.Count)]);
    }
}
