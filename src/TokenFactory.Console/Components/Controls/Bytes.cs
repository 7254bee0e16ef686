using System.Globalization;

namespace TokenFactory.Web.Components.Controls;

/// <summary>How amounts of memory and rates of transfer are shown: in powers of 1,024, three digits or so.</summary>
internal static class Bytes
{
    private const double Step = 1024;

    public static string Text(double bytes) => Math.Abs(bytes) switch
    {
        < Step => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
        < Step * Step => Scaled(bytes / Step, "KiB"),
        < Step * Step * Step => Scaled(bytes / Step / Step, "MiB"),
        _ => Scaled(bytes / Step / Step / Step, "GiB"),
    };

    private static string Scaled(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value.ToString(Math.Abs(value) < 10 ? "0.0#" : Math.Abs(value) < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture)} {unit}");
}
