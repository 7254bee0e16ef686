using System.ComponentModel;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Settings;

/// <summary>Looks at the whole configuration before anything is built on it, so that whoever wrote it learns of every error at once.</summary>
internal static class SettingsCheck
{
    /// <exception cref="StartupException">Something cannot be used; the message lists everything that cannot.</exception>
    public static void Demand(IConfiguration configuration)
    {
        string[] problems = [.. SettingSection.All.SelectMany(section => FindProblems(configuration, section))];
        if (problems.Length > 0)
        {
            throw new StartupException(
                $"The configuration cannot be used:\n{string.Join('\n', problems.Select(problem => $"  {problem}"))}\n"
                + "Correct it where it was set (a file, the environment or the command line) and start again.");
        }
    }

    /// <summary>Converts a text of the configuration as the framework's binder does.</summary>
    public static bool TryConvert(Type type, string text, out object? value)
    {
        try
        {
            value = type == typeof(string) ? text : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or NotSupportedException or OverflowException || problem.InnerException is FormatException or OverflowException)
        {
            value = null;
            return false;
        }
    }

    /// <summary>Texts that are no value of their type; where there are none, what the options say of themselves.</summary>
    private static List<string> FindProblems(IConfiguration configuration, SettingSection section)
    {
        List<string> problems = [];
        foreach ((string key, string? text) in configuration.GetSection(section.Path).AsEnumerable())
        {
            if (text is not null && key.Length > section.Path.Length && SettingSection.Find(key) == section
                && OptionShape.TypeAt(section.Options, key[(section.Path.Length + 1)..].Split(':'), out _) is { } type
                && OptionShape.IsScalar(type) && !TryConvert(type, text, out _))
            {
                problems.Add($"{key} is '{text}' ({SettingSource.Find(configuration, key)}); it must be {Expected(type)}.");
            }
        }
        if (problems.Count == 0)
        {
            object options = configuration.GetSection(section.Path).Get(section.Options) ?? Activator.CreateInstance(section.Options)!;
            problems.AddRange(section.FindProblems(options));
        }
        return problems;
    }

    private static string Expected(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } names => $"one of {string.Join(", ", Enum.GetNames(names))}",
        Type time when time == typeof(TimeSpan) => "a span of time, for instance 00:00:05 for five seconds",
        Type flag when flag == typeof(bool) => "true or false",
        Type number when number == typeof(int) || number == typeof(long) => "a whole number",
        Type other => $"a {other.Name}",
    };
}
