namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>Builds the running stages of a decoder.</summary>
internal static class DecoderChain
{
    /// <summary>Connects one stage per step and ends in <paramref name="output"/>; returns where tokens go in.</summary>
    public static DecoderStage Start(IReadOnlyList<DecoderStep> steps, DecoderStage output)
    {
        int firstFuse = steps.Count;
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            if (steps[i].Fuses)
                firstFuse = i;
        }
        DecoderStage stage = output;
        for (int i = steps.Count - 1; i >= 0; i--)
            stage = steps[i].CreateStage(stage, fused: i > firstFuse);
        return stage;
    }
}
