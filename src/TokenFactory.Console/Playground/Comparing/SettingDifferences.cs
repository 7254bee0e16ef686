using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground.Parameters;

namespace TokenFactory.Web.Playground.Comparing;

/// <summary>In what a side is set differently from the other, for the head of its pane.</summary>
public static class SettingDifferences
{
    /// <summary>This side's values of what differs, by name; the model is not among them.</summary>
    public static IReadOnlyList<string> Describe(PlaygroundSide side, ServedModel model, PlaygroundSide other, ServedModel otherModel, bool withSystem)
    {
        List<string> differences = [];
        foreach (PlaygroundParameter parameter in PlaygroundParameters.All)
        {
            string value = side.Parameters.TextOf(parameter, model);
            if (value != other.Parameters.TextOf(parameter, otherModel))
            {
                differences.Add($"{parameter.Label} {(value.Length == 0 ? "random" : value)}");
            }
        }
        Add(side.Parameters.Stop != other.Parameters.Stop, side.Parameters.Stop.Text.Length == 0 ? "no stop strings" : "other stop strings");
        Add(side.Parameters.Bias != other.Parameters.Bias, side.Parameters.Bias.Text.Length == 0 ? "no logit bias" : "another logit bias");
        Add(withSystem && side.System != other.System, side.System.Length == 0 ? "no system prompt" : "another system prompt");
        Add(side.Lane != other.Lane, $"lane {LaneNames.Of(side.Lane)}");
        return differences;

        void Add(bool differs, string words)
        {
            if (differs)
            {
                differences.Add(words);
            }
        }
    }
}
