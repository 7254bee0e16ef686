using System.Globalization;

namespace TokenFactory.Web.Components.Controls;

/// <summary>How counts and energy are shown.</summary>
internal static class Amounts
{
    private const double Kilo = 1000;

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An expected count, which is not exact to the last one.</summary>
    public static string About(decimal value) => decimal.Round(value).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Energy; what nothing measures is said to be so.</summary>
    public static string Energy(double? joules) => joules switch
    {
        null => "not measured",
        < Kilo => string.Create(CultureInfo.InvariantCulture, $"{joules:0.#} J"),
        < Kilo * Kilo => string.Create(CultureInfo.InvariantCulture, $"{joules / Kilo:0.##} kJ"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{joules / Kilo / Kilo:N2} MJ"),
    };
}
