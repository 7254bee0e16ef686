using System.Globalization;

namespace TokenFactory.Web.Playground.Parameters;

/// <summary>Logit biases as a person writes them: a token id and what is added to its logit, one pair a line.</summary>
public sealed record LogitBiases
{
    /// <summary>Most pairs, as many as the API takes.</summary>
    public const int Most = 1024;

    private const int LongestText = 4000;

    private LogitBiases(string text)
    {
        Text = text;
        Dictionary<int, float> values = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (ReadLine(line) is { } pair)
            {
                values[pair.Token] = pair.Bias;
            }
            else
            {
                Problem ??= $"logit_bias has the line “{line}”; each line must be a token id and a number, for instance “42 -5”.";
            }
        }
        Problem ??= values.Count > Most ? $"logit_bias names {values.Count} tokens; at most {Most} are taken." : null;
        Values = values;
    }

    public static LogitBiases None { get; } = new("");

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>What is added, by token id; the last line of a token holds.</summary>
    public IReadOnlyDictionary<int, float> Values { get; }

    /// <summary>What is wrong with the text; null where nothing is.</summary>
    public string? Problem { get; }

    public static LogitBiases Parse(string text)
    {
        string clean = text.ReplaceLineEndings("\n").Trim();
        return clean.Length == 0 ? None : new LogitBiases(clean.Length > LongestText ? clean[..LongestText] : clean);
    }

    public bool Equals(LogitBiases? other) => Text == other?.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static (int Token, float Bias)? ReadLine(string line) =>
        line.Split([' ', ':', '=', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [string id, string bias]
        && int.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int token)
        && float.TryParse(bias, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            ? (token, value)
            : null;
}
