using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>
/// Reads a rotation from <c>rope_theta</c> and <c>rope_scaling</c>, or from <c>rope_parameters</c>, which newer files have instead.
/// </summary>
internal static class RopeReader
{
    public static RopeSpec Read(ConfigSection config, int headSize, int maxPositions, double theta = 10_000) =>
        Read(config, config.Section("rope_parameters") ?? config.Section("rope_scaling"), headSize, maxPositions, config.Positive("rope_theta", theta));

    public static RopeSpec Read(ConfigSection config, ConfigSection? scaling, int headSize, int maxPositions, double theta)
    {
        double part = scaling?.NumberOrNull("partial_rotary_factor") ?? config.Number("partial_rotary_factor", 1);
        int rotary = (int)(headSize * part);
        if (part is <= 0 or > 1 || rotary < 2 || rotary % 2 != 0)
        {
            throw config.Wrong("partial_rotary_factor", $"is {part}; it must leave an even number of a head's {headSize} dimensions");
        }
        return new RopeSpec(scaling?.Positive("rope_theta", theta) ?? theta, rotary, scaling is null ? null : Scaling(config, scaling, rotary, maxPositions));
    }

    /// <summary>The longest context: YaRN states the trained length and a factor, all others the length reached.</summary>
    public static int MaxPositions(RopeSpec rope, int stated) =>
        rope.Scaling is YarnRopeScaling yarn ? (int)Math.Min(int.MaxValue, Math.Max(stated, yarn.OriginalMaxPositions * yarn.Factor)) : stated;

    private static RopeScaling? Scaling(ConfigSection config, ConfigSection scaling, int rotary, int maxPositions)
    {
        string kind = scaling.StringOrNull("rope_type") ?? scaling.StringOrNull("type") ?? "default";
        return kind switch
        {
            "default" when scaling.Has("mrope_section") => throw scaling.Wrong("mrope_section", "rotation over images is not supported"),
            "default" => null,
            "linear" => new LinearRopeScaling(scaling.Positive("factor")),
            "llama3" => Llama3(scaling, maxPositions),
            "yarn" => Yarn(scaling, maxPositions),
            "longrope" or "su" => LongRope(config, scaling, rotary, maxPositions),
            _ => throw scaling.Wrong(
                scaling.Has("rope_type") ? "rope_type" : "type",
                $"\"{kind}\" is not supported; supported are default, linear, llama3, yarn and longrope"),
        };
    }

    private static Llama3RopeScaling Llama3(ConfigSection scaling, int maxPositions)
    {
        double low = scaling.Positive("low_freq_factor", 1);
        double high = scaling.Positive("high_freq_factor", 4);
        return high > low
            ? new Llama3RopeScaling(scaling.Positive("factor"), low, high, Original(scaling, maxPositions))
            : throw scaling.Wrong("high_freq_factor", $"is {high}; it must be above low_freq_factor, which is {low}");
    }

    private static YarnRopeScaling Yarn(ConfigSection scaling, int maxPositions)
    {
        double factor = scaling.Positive("factor");
        double? stated = scaling.NumberOrNull("attention_factor");
        double? all = scaling.NumberOrNull("mscale_all_dim");
        double? mscale = scaling.NumberOrNull("mscale");
        double attention = stated ?? (mscale is { } m && all is { } a && m != 0 && a != 0
            ? YarnRopeScaling.DefaultAttentionFactor(factor, m) / YarnRopeScaling.DefaultAttentionFactor(factor, a)
            : YarnRopeScaling.DefaultAttentionFactor(factor));
        return new YarnRopeScaling(
            factor, scaling.Positive("beta_fast", 32), scaling.Positive("beta_slow", 1), Original(scaling, maxPositions), attention,
            scaling.Bool("truncate", true));
    }

    private static LongRopeScaling LongRope(ConfigSection config, ConfigSection scaling, int rotary, int maxPositions)
    {
        int original = config.IntOrNull("original_max_position_embeddings") ?? Original(scaling, maxPositions);
        double factor = scaling.NumberOrNull("factor") ?? ((double)maxPositions / original);
        double attention = scaling.NumberOrNull("attention_factor")
            ?? (factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original))));
        return new LongRopeScaling(Factors(scaling, "short_factor", rotary), Factors(scaling, "long_factor", rotary), original, attention);
    }

    private static ImmutableArray<double> Factors(ConfigSection scaling, string name, int rotary)
    {
        ImmutableArray<double> factors = scaling.Numbers(name);
        return factors.Length == rotary / 2 && factors.All(factor => factor > 0)
            ? factors
            : throw scaling.Wrong(name, $"holds {factors.Length} numbers; expected {rotary / 2}, all above 0");
    }

    private static int Original(ConfigSection scaling, int maxPositions) =>
        scaling.IntOrNull("original_max_position_embeddings") ?? maxPositions;
}
