using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace TokenFactory.Web.Playground;

/// <summary>Settings as the query of the page's address: only what differs from the defaults, so that a link says what was changed.</summary>
public static class PlaygroundQuery
{
    private static readonly PlaygroundSettings Defaults = new();

    /// <summary>Reads settings; what is missing or unreadable is the default.</summary>
    public static PlaygroundSettings Read(string query)
    {
        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        string? Text(string name) => values.TryGetValue(name, out StringValues value) ? value.ToString() : null;
        T? Number<T>(string name, T least, T most)
            where T : struct, IParsable<T>, IComparable<T> =>
            T.TryParse(Text(name), CultureInfo.InvariantCulture, out T value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? value : null;
        return new PlaygroundSettings
        {
            Mode = Text("mode") == "completion" ? PlaygroundMode.Completion : PlaygroundMode.Chat,
            Model = Text("model"),
            System = Text("system") ?? "",
            MaxTokens = Number("max_tokens", 1, PlaygroundBounds.MostTokens) ?? Defaults.MaxTokens,
            Temperature = Number("temperature", 0f, PlaygroundBounds.MostTemperature),
            TopP = Number("top_p", PlaygroundBounds.LeastTopP, 1f),
            TopK = Number("top_k", 0, PlaygroundBounds.MostTopK),
            MinP = Number("min_p", 0f, 1f),
            RepetitionPenalty = Number("repetition_penalty", PlaygroundBounds.LeastRepetition, PlaygroundBounds.MostRepetition),
            PresencePenalty = Number("presence_penalty", -PlaygroundBounds.MostPenalty, PlaygroundBounds.MostPenalty),
            FrequencyPenalty = Number("frequency_penalty", -PlaygroundBounds.MostPenalty, PlaygroundBounds.MostPenalty),
            Seed = Number("seed", long.MinValue, long.MaxValue),
            Stops = Text("stop") ?? "",
        };
    }

    /// <summary>The query that <see cref="Read"/> reads back; empty where everything is as by default.</summary>
    public static string Write(PlaygroundSettings settings)
    {
        (string Name, object? Value)[] all =
        [
            ("mode", settings.Mode == PlaygroundMode.Completion ? "completion" : null),
            ("model", settings.Model),
            ("system", settings.System.Length > 0 ? settings.System : null),
            ("max_tokens", settings.MaxTokens == Defaults.MaxTokens ? null : settings.MaxTokens),
            ("temperature", settings.Temperature),
            ("top_p", settings.TopP),
            ("top_k", settings.TopK),
            ("min_p", settings.MinP),
            ("repetition_penalty", settings.RepetitionPenalty),
            ("presence_penalty", settings.PresencePenalty),
            ("frequency_penalty", settings.FrequencyPenalty),
            ("seed", settings.Seed),
            ("stop", settings.Stops.Length > 0 ? settings.Stops : null),
        ];
        return QueryHelpers.AddQueryString(
            "", all.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Name, Convert.ToString(pair.Value, CultureInfo.InvariantCulture))));
    }
}
