namespace TokenFactory.Telemetry.Host;

/// <summary>Reads the small files in which Linux shows its counters.</summary>
internal static class ProcFile
{
    /// <summary>The whole text; null where there is no such file or it may not be read.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
