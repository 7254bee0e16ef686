using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Administration;

/// <summary>Names in the administration's paths.</summary>
internal static class AdminPaths
{
    private const int MostShown = 80;

    public static string Segment(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A name for a message, not longer than people read.</summary>
    public static string Shown(string name) => name.Length <= MostShown ? $"'{name}'" : $"'{name[..MostShown]}…'";
}
