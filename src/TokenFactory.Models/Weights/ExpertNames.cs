using System.Globalization;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Names of the tensors of a layer's router and experts, as the families that have them write them.</summary>
internal static class ExpertNames
{
    public static IEnumerable<WeightName> OfLayer(ModelSpec spec) => spec.Architecture == ModelArchitecture.Mixtral
        ? Separate(spec, "block_sparse_moe", "w1", "w3", "w2")
        : Separate(spec, "mlp", "gate_proj", "up_proj", "down_proj");

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
}
