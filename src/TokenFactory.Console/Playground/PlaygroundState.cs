using System.Collections.Specialized;
using System.Web;
using TokenFactory.Engine.Sequences;
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
/// What the page is set to. The query of its address holds all of it but the system prompts: what people write stands in the fragment
/// (<see cref="Sharing.SharedTexts"/>), which browsers send to no server, so that it ends up in no log.
/// </summary>
public sealed record PlaygroundState
{
    private const string ModeKey = "mode";
    private const string ModelKey = "model";
    private const string LaneKey = "lane";
    private const string StopKey = "stop";
    private const string BiasKey = PlaygroundParameters.LogitBias;
    private const string TokensKey = "tokens";
    private const string CompareKey = "compare";
    private const string RightPrefix = "right.";
    private const string Completion = "completion";
    private const string On = "on";

    public PlaygroundMode Mode { get; init; }

    public PlaygroundSide Left { get; init; } = new();

    /// <summary>What the left is compared with; null while nothing is.</summary>
    public PlaygroundSide? Right { get; init; }

    /// <summary>Whether answers are shown token by token, with probabilities.</summary>
    public bool ShowTokens { get; init; }

    /// <summary>A side's settings; null for a right that is not there.</summary>
    public PlaygroundSide? Of(Side side) => side == Side.Left ? Left : Right;

    /// <summary>The same with other settings on a side.</summary>
    public PlaygroundState With(Side side, PlaygroundSide settings) => side == Side.Left ? this with { Left = settings } : this with { Right = settings };

    /// <summary>Reads an address's query; what nobody knows is passed over.</summary>
    public static PlaygroundState FromQuery(string query)
    {
        NameValueCollection values = HttpUtility.ParseQueryString(query);
        return new PlaygroundState
        {
            Mode = values[ModeKey] == Completion ? PlaygroundMode.Completion : PlaygroundMode.Chat,
            Left = ReadSide(values, ""),
            Right = values[CompareKey] == On ? ReadSide(values, RightPrefix) : null,
            ShowTokens = values[TokensKey] == On,
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
        values.AddRange(Write(Left, ""));
        if (ShowTokens)
        {
            values.Add((TokensKey, On));
        }
        if (Right is not null)
        {
            values.Add((CompareKey, On));
            values.AddRange(Write(Right, RightPrefix));
        }
        return values.Count == 0 ? "" : "?" + string.Join('&', values.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
    }

    private static PlaygroundSide ReadSide(NameValueCollection values, string prefix)
    {
        ParameterSet parameters = ParameterSet.Empty with
        {
            Stop = StopStrings.Parse(values[prefix + StopKey] ?? ""),
            Bias = LogitBiases.Parse(values[prefix + BiasKey] ?? ""),
        };
        foreach (PlaygroundParameter parameter in PlaygroundParameters.All)
        {
            if (values[prefix + parameter.Key] is { } text)
            {
                parameters = parameters.With(parameter, text);
            }
        }
        return new PlaygroundSide
        {
            Model = values[prefix + ModelKey] is { Length: > 0 } model ? model : null,
            Lane = LaneNames.Find(values[prefix + LaneKey]) ?? Lane.Interactive,
            Parameters = parameters,
        };
    }

    private static IEnumerable<(string Key, string Value)> Write(PlaygroundSide side, string prefix)
    {
        if (side.Model is not null)
        {
            yield return (prefix + ModelKey, side.Model);
        }
        if (side.Lane != Lane.Interactive)
        {
            yield return (prefix + LaneKey, LaneNames.Of(side.Lane));
        }
        foreach ((string key, string text) in side.Parameters.Texts)
        {
            yield return (prefix + key, text);
        }
        if (side.Parameters.Stop.Text.Length > 0)
        {
            yield return (prefix + StopKey, side.Parameters.Stop.Text);
        }
        if (side.Parameters.Bias.Text.Length > 0)
        {
            yield return (prefix + BiasKey, side.Parameters.Bias.Text);
        }
    }
}
