using System.Globalization;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>Reads what is typed into fields of forms.</summary>
internal static class Numbers
{
    /// <summary>A whole number; null where nothing, or nothing that can be read, is typed.</summary>
    public static long? Whole(string text, string field, FormProblems problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        if (long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            return value;
        }
        problems.Add(field, "This is no whole number; write for instance 60000, or leave it empty.");
        return null;
    }

    /// <summary>A number; null where nothing, or nothing that can be read, is typed.</summary>
    public static double? Any(string text, string field, FormProblems problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        if (double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return value;
        }
        problems.Add(field, "This is no number; write for instance 1.5.");
        return null;
    }

    public static string Text(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Names separated by commas; null for none.</summary>
    public static IReadOnlyList<string>? Names(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? names : null;
}
