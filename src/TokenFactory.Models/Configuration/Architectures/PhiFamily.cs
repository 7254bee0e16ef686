namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Phi-3, 3.5 and Phi-4 (mini): projections stored fused, LongRoPE in the 128k releases.</summary>
internal static class PhiFamily
{
    public static ModelSpec Phi3(ConfigSection config)
    {
        ModelSpec spec = DecoderFields.Read(
            config, ModelArchitecture.Phi3, new DecoderFields.Defaults { NormEpsilon = 1e-5, MaxPositions = 4096 });
        return spec.WithWindow(
            config.IntOrNull("sliding_window"), DecoderFields.SlidingLayers(config, spec.Layers, _ => true)) with
        {
            FusedProjections = true,
        };
    }
}
