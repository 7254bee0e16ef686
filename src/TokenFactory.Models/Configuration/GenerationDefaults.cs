namespace TokenFactory.Models.Configuration;

/// <summary>
/// Sampling defaults of <c>generation_config.json</c>. Null: the publisher says nothing. <see cref="Sample"/> false with a
/// temperature present means that the publisher asks for greedy decoding.
/// </summary>
public sealed record GenerationDefaults(bool? Sample, float? Temperature, int? TopK, float? TopP, float? MinP, float? RepetitionPenalty)
{
    public static GenerationDefaults None { get; } = new(null, null, null, null, null, null);
}
