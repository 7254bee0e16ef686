using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>Special tokens of both configuration files and the sampling defaults of <c>generation_config.json</c>.</summary>
internal static class GenerationReader
{
    public static ModelSpec AddTokens(ModelSpec spec, ConfigSection config, ConfigSection text, ConfigSection? generation)
    {
        SortedSet<int> ends = [];
        foreach (ConfigSection? section in new[] { text, config, generation })
        {
            foreach (int token in section?.IntOrInts("eos_token_id") ?? [])
            {
                ends.Add(token >= 0 && token < spec.VocabularySize
                    ? token
                    : throw section!.Wrong("eos_token_id", $"is {token}; the vocabulary has {spec.VocabularySize} tokens"));
            }
        }
        ImmutableArray<int> begins = generation?.IntOrInts("bos_token_id") ?? [];
        return spec with
        {
            BeginToken = begins.IsEmpty ? (text.IntOrNull("bos_token_id", 0) ?? config.IntOrNull("bos_token_id", 0)) : begins[0],
            EndTokens = [.. ends],
            Generation = generation is null ? GenerationDefaults.None : Defaults(generation),
        };
    }

    private static GenerationDefaults Defaults(ConfigSection generation) => new(
        generation.BoolOrNull("do_sample"),
        (float?)generation.NumberOrNull("temperature"),
        generation.IntOrNull("top_k", 0),
        (float?)generation.NumberOrNull("top_p"),
        (float?)generation.NumberOrNull("min_p"),
        (float?)generation.NumberOrNull("repetition_penalty"));
}
