using System.Globalization;
using TokenFactory.Web.Playground.Answers;

namespace TokenFactory.Web.Playground.Parameters;

/// <summary>Where a parameter's values lie, for the slider; <c>Step</c> is what one arrow key changes.</summary>
public readonly record struct ParameterRange(double Least, double Most, double Step);

/// <summary>A parameter as a person sets it: a name, a meaning, and how its text gets into the settings.</summary>
public sealed class PlaygroundParameter
{
    private readonly Func<AnswerSettings, string> _read;
    private readonly Func<AnswerSettings, string, AnswerSettings?> _write;
    private readonly string _kind;

    private PlaygroundParameter(
        string key, string label, string meaning, string kind, Func<AnswerSettings, string> read, Func<AnswerSettings, string, AnswerSettings?> write)
    {
        Key = key;
        Label = label;
        Meaning = meaning;
        _kind = kind;
        _read = read;
        _write = write;
    }

    /// <summary>The wire name, as in the API and in the page's address.</summary>
    public string Key { get; }

    /// <summary>The name on the page.</summary>
    public string Label { get; }

    /// <summary>What it does and which values it takes.</summary>
    public string Meaning { get; }

    /// <summary>The slider's range; null for a parameter that has no slider.</summary>
    public ParameterRange? Range { get; private init; }

    public static PlaygroundParameter Number(
        string key, string label, string meaning, ParameterRange range, Func<AnswerSettings, float> read, Func<AnswerSettings, float, AnswerSettings> write) =>
        new(key, label, meaning, "a number", settings => read(settings).ToString(CultureInfo.InvariantCulture), (settings, text) =>
            float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? write(settings, value) : null)
        {
            Range = range,
        };

    public static PlaygroundParameter Count(
        string key, string label, string meaning, ParameterRange? range, Func<AnswerSettings, int> read, Func<AnswerSettings, int, AnswerSettings> write) =>
        new(key, label, meaning, "a whole number", settings => read(settings).ToString(CultureInfo.InvariantCulture), (settings, text) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? write(settings, value) : null)
        {
            Range = range,
        };

    /// <summary>A whole number that may be left empty.</summary>
    public static PlaygroundParameter OptionalNumber(
        string key, string label, string meaning, Func<AnswerSettings, long?> read, Func<AnswerSettings, long?, AnswerSettings> write) =>
        new(key, label, meaning, "a whole number, or empty", settings => read(settings)?.ToString(CultureInfo.InvariantCulture) ?? "", (settings, text) =>
            text.Length == 0 ? write(settings, null)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? write(settings, value)
            : null);

    public string Read(AnswerSettings settings) => _read(settings);

    /// <summary>The settings with the parameter set; null where the text is not of its kind.</summary>
    public AnswerSettings? Write(AnswerSettings settings, string text) => _write(settings, text.Trim());

    /// <summary>What to tell a person whose text is not of the parameter's kind.</summary>
    public string DescribeMisfit(string text) => $"{Key} is “{text}”; it must be {_kind}.";
}
