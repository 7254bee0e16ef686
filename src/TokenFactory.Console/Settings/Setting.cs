using System.Globalization;

namespace TokenFactory.Web.Settings;

/// <summary>One option as the page shows it; secrets are hidden already.</summary>
/// <param name="Key">Its key in the configuration.</param>
/// <param name="Value">The value in force, in words.</param>
/// <param name="Default">The value where nobody sets it, in words.</param>
/// <param name="Source">Where it was set; <c>default</c> where it was not.</param>
/// <param name="Description">What it does.</param>
/// <param name="IsPending">Whether another value was written since the start and waits for a restart.</param>
internal sealed record Setting(string Key, string Value, string Default, string Source, string Description, bool IsPending = false)
{
    public const string NotSet = "not set";
    public const string FromDefault = "default";

    /// <summary>The key up to its last part; empty for a key of one part.</summary>
    public string Group => Key.Contains(':', StringComparison.Ordinal) ? Key[..Key.LastIndexOf(':')] : "";

    /// <summary>The key's last part.</summary>
    public string Name => Key[(Key.LastIndexOf(':') + 1)..];

    /// <summary>The name under which the environment sets it.</summary>
    public string Variable => Key.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Whether every word of a search stands somewhere in it.</summary>
    public bool Matches(string search) => search.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word =>
        new[] { Key, Value, Source, Description }.Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>A value in words.</summary>
    public static string Text(object? value) => value switch
    {
        null or "" => NotSet,
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("g", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
