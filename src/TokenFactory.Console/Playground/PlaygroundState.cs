using System.Web;
using TokenFactory.Web.Playground.Parameters;

namespace TokenFactory.Web.Playground;

/// <summary>How the playground talks to a model.</summary>
public enum PlaygroundMode
{
    /// <summary>Turns, rendered by the model's chat template.</summary>
    Chat,

    /// <summary>A text that the model continues.</summary>
    Completion,
}

/// <summary>
/// What the page's address holds: mode, model and the parameters that were set. What people write, conversation and system prompt, stays
/// out of addresses, which end up in histories and logs.
/// </summary>
public sealed record PlaygroundState
{
    private const string ModeKey = "mode";
    private const string ModelKey = "model";
    private const string StopKey = "stop";
    private const string Completion = "completion";

    public PlaygroundMode Mode { get; init; }

    /// <summary>The model that was chosen; null: the first that serves.</summary>
    public string? Model { get; init; }

    public ParameterSet Parameters { get; init; } = ParameterSet.Empty;

    /// <summary>Reads an address's query; what nobody knows is passed over.</summary>
    public static PlaygroundState FromQuery(string query)
    {
        System.Collections.Specialized.NameValueCollection values = HttpUtility.ParseQueryString(query);
        ParameterSet parameters = ParameterSet.Empty with { Stop = StopStrings.Parse(values[StopKey] ?? "") };
        foreach (PlaygroundParameter parameter in PlaygroundParameters.All)
        {
            if (values[parameter.Key] is { } text)
            {
                parameters = parameters.With(parameter, text);
            }
        }
        return new PlaygroundState
        {
            Mode = values[ModeKey] == Completion ? PlaygroundMode.Completion : PlaygroundMode.Chat,
            Model = values[ModelKey] is { Length: > 0 } model ? model : null,
            Parameters = parameters,
        };
    }

    /// <summary>The query, with its question mark; empty where everything is as by default.</summary>
    public string ToQuery()
    {
        List<(string Key, string Value)> values = [];
        if (Mode == PlaygroundMode.Completion)
        {
            values.Add((ModeKey, Completion));
        }
        if (Model is not null)
        {
            values.Add((ModelKey, Model));
        }
        values.AddRange(Parameters.Texts.Select(pair => (pair.Key, pair.Value)));
        if (Parameters.Stop.Text.Length > 0)
        {
            values.Add((StopKey, Parameters.Stop.Text));
        }
        return values.Count == 0 ? "" : "?" + string.Join('&', values.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
    }
}
