using System.Collections.Immutable;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground.Answers;

namespace TokenFactory.Web.Playground.Parameters;

/// <summary>
/// What a person set, as typed, right or wrong; everything else is the model's default, so that another model brings its own.
/// Immutable.
/// </summary>
public sealed record ParameterSet
{
    /// <summary>Longest text of a parameter; an address can carry more than anybody types.</summary>
    public const int LongestText = 64;

    /// <summary>Nothing set.</summary>
    public static ParameterSet Empty { get; } = new();

    /// <summary>The texts that differ from the defaults, by wire name.</summary>
    public ImmutableSortedDictionary<string, string> Texts { get; private init; } = ImmutableSortedDictionary<string, string>.Empty;

    public StopStrings Stop { get; init; } = StopStrings.None;

    public LogitBiases Bias { get; init; } = LogitBiases.None;

    /// <summary>How many parameters differ from the defaults.</summary>
    public int ChangeCount => Texts.Count + (Stop.Text.Length > 0 ? 1 : 0) + (Bias.Text.Length > 0 ? 1 : 0);

    /// <summary>Sets a parameter; unknown ones change nothing.</summary>
    public ParameterSet With(PlaygroundParameter parameter, string text) =>
        this with { Texts = Texts.SetItem(parameter.Key, text.Length > LongestText ? text[..LongestText] : text) };

    /// <summary>Gives a parameter back its default.</summary>
    public ParameterSet Without(PlaygroundParameter parameter) => this with { Texts = Texts.Remove(parameter.Key) };

    /// <summary>Forgets what equals a model's defaults, however it is written.</summary>
    public ParameterSet Relative(ServedModel model)
    {
        AnswerSettings defaults = AnswerSettings.DefaultsOf(model);
        IEnumerable<string> same = PlaygroundParameters.All
            .Where(parameter => Texts.TryGetValue(parameter.Key, out string? text)
                && parameter.Write(defaults, text) is { } set && parameter.Read(set) == parameter.Read(defaults))
            .Select(parameter => parameter.Key);
        return this with { Texts = Texts.RemoveRange(same) };
    }

    /// <summary>The text to show for a parameter.</summary>
    public string TextOf(PlaygroundParameter parameter, ServedModel model) =>
        Texts.GetValueOrDefault(parameter.Key) ?? parameter.Read(AnswerSettings.DefaultsOf(model));

    /// <summary>What is wrong with a parameter, in the engine's own words; null where nothing is.</summary>
    public string? FindProblem(PlaygroundParameter parameter, ServedModel model)
    {
        if (!Texts.TryGetValue(parameter.Key, out string? text))
        {
            return null;
        }
        if (parameter.Write(AnswerSettings.DefaultsOf(model), text) is not { } settings)
        {
            return parameter.DescribeMisfit(text);
        }
        if (parameter.Key == PlaygroundParameters.MaxTokens && (settings.MaxTokens < 1 || settings.MaxTokens >= model.MaxContext))
        {
            return $"max_tokens is {settings.MaxTokens}; it must be from 1 to {model.MaxContext - 1}, the context less one prompt token.";
        }
        return SamplingParametersValidator.FindProblem(settings.Sampling, model.Limits.VocabularySize) is { } problem && problem.Parameter == parameter.Key
            ? problem.Message
            : null;
    }

    /// <summary>What is wrong with the logit biases for a model; null where nothing is.</summary>
    public string? FindBiasProblem(ServedModel model) =>
        Bias.Problem
        ?? (SamplingParametersValidator.FindProblem(new SamplingParameters { LogitBias = Bias.Values }, model.Limits.VocabularySize) is { } problem
            ? problem.Message
            : null);

    /// <summary>The settings for a request; null where some parameter has a problem.</summary>
    public AnswerSettings? Compose(ServedModel model)
    {
        AnswerSettings settings = AnswerSettings.DefaultsOf(model) with { Stop = Stop.Values };
        foreach (PlaygroundParameter parameter in PlaygroundParameters.All)
        {
            if (!Texts.TryGetValue(parameter.Key, out string? text))
            {
                continue;
            }
            if (FindProblem(parameter, model) is not null || parameter.Write(settings, text) is not { } next)
            {
                return null;
            }
            settings = next;
        }
        if (Bias.Values.Count > 0)
        {
            settings = settings with { Sampling = settings.Sampling with { LogitBias = Bias.Values } };
        }
        return Stop.Problem is null && FindBiasProblem(model) is null ? settings : null;
    }
}
