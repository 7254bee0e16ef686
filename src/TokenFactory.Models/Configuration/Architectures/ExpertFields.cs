namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>The fields that mixtures share, under the names that a family gives them.</summary>
internal static class ExpertFields
{
    private const int MostExperts = 1024;
    private const int Widest = 1 << 20;

    public static int Count(ConfigSection config, string name, int fallback) => config.Int(name, 1, MostExperts, fallback);

    /// <param name="config">The file.</param>
    /// <param name="countName">The field of <see cref="Count"/>.</param>
    /// <param name="count">What that is where it is left out.</param>
    /// <param name="fallback">Experts of a token where left out.</param>
    public static int PerToken(ConfigSection config, string countName, int count, int fallback)
    {
        const string Name = "num_experts_per_tok";
        int experts = Count(config, countName, count), perToken = config.Int(Name, 1, MostExperts, fallback);
        return perToken <= experts ? perToken : throw config.Wrong(Name, $"is {perToken}; {countName} is {experts}");
    }

    public static int Width(ConfigSection config, string name, int fallback) => config.Int(name, 1, Widest, fallback);

    /// <summary>Gives a spec experts. Its dense width counts only where a layer stays dense.</summary>
    public static ModelSpec WithExperts(ModelSpec spec, ExpertsSpec experts) => spec with
    {
        Experts = experts.DenseLayers.Length < spec.Layers ? experts : null,
        FeedForwardSize = experts.DenseLayers.IsEmpty ? 0 : spec.FeedForwardSize,
    };
}
