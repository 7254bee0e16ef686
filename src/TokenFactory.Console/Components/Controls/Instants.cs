using System.Globalization;

namespace TokenFactory.Web.Components.Controls;

/// <summary>How instants are shown, in UTC.</summary>
internal static class Instants
{
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
