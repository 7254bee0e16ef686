using System.Globalization;

namespace TokenFactory.Web.Components.Controls;

/// <summary>How spans of time are shown: short, and never more exact than anybody reads.</summary>
internal static class Durations
{
    public static string Text(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.FromMilliseconds(999.5) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms"),
        _ when time < TimeSpan.FromSeconds(9.95) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s"),
        _ when time < TimeSpan.FromSeconds(99.5) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s"),
        _ when time < TimeSpan.FromMinutes(99.5) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h"),
    };
}
