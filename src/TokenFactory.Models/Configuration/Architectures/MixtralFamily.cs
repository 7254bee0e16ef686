namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Mixtral: Mistral with experts in every layer, whose weights always sum to 1.</summary>
internal static class MixtralFamily
{
    public static ModelSpec Mixtral(ConfigSection config)
    {
        const string Experts = "num_local_experts";
        ModelSpec spec = DecoderFields.Read(config, ModelArchitecture.Mixtral, new DecoderFields.Defaults { Theta = 1_000_000, NormEpsilon = 1e-5, KeyValueHeads = 8 });
        spec = spec.WithWindow(config.IntOrNull("sliding_window"), DecoderFields.SlidingLayers(config, spec.Layers, _ => true));
        return ExpertFields.WithExperts(spec, new ExpertsSpec
        {
            Count = ExpertFields.Count(config, Experts, 8),
            PerToken = ExpertFields.PerToken(config, Experts, 8, 2),
            Width = spec.FeedForwardSize,
            NormalisesWeights = true,
        });
    }
}
