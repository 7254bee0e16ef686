using System.Text;

namespace TokenFactory.Web.Playground.Parameters;

/// <summary>Stop strings as a person writes them: one a line, <c>\n</c> and <c>\t</c> for a line break and a tab, <c>\\</c> for a backslash.</summary>
public sealed record StopStrings
{
    /// <summary>Most strings, as many as the API takes.</summary>
    public const int Most = 16;

    private const int LongestText = 2000;

    private StopStrings(string text)
    {
        Text = text;
        Values = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Unescape(line.TrimEnd('\r'))).Where(value => value.Length > 0)];
    }

    public static StopStrings None { get; } = new("");

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The strings themselves.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>What is wrong with them; null where nothing is.</summary>
    public string? Problem => Values.Count > Most ? $"stop has {Values.Count} strings; at most {Most} are taken." : null;

    public static StopStrings Parse(string text)
    {
        string clean = text.ReplaceLineEndings("\n").TrimEnd('\n');
        return clean.Length == 0 ? None : new StopStrings(clean.Length > LongestText ? clean[..LongestText] : clean);
    }

    public bool Equals(StopStrings? other) => Text == other?.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static string Unescape(string line)
    {
        StringBuilder value = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            char? escaped = line[i] == '\\' && i + 1 < line.Length ? line[i + 1] switch { 'n' => '\n', 't' => '\t', '\\' => '\\', _ => null } : null;
            value.Append(escaped ?? line[i]);
            i += escaped is null ? 0 : 1;
        }
        return value.ToString();
    }
}
