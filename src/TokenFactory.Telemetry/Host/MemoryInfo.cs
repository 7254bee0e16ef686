using System.Globalization;

namespace TokenFactory.Telemetry.Host;

/// <summary>Figures of <c>/proc/meminfo</c>; its <c>kB</c> are 1024 bytes, see proc_meminfo(5).</summary>
internal static class MemoryInfo
{
    private const long Unit = 1024;

    /// <summary>The named figure in bytes; null where the text does not have it.</summary>
    public static long? Find(ReadOnlySpan<char> meminfo, string name)
    {
        foreach (ReadOnlySpan<char> line in meminfo.EnumerateLines())
        {
            if (!line.StartsWith(name) || line.Length <= name.Length || line[name.Length] != ':')
            {
                continue;
            }
            ReadOnlySpan<char> value = line[(name.Length + 1)..].Trim();
            int end = value.IndexOf(' ');
            value = end < 0 ? value : value[..end];
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes * Unit : null;
        }
        return null;
    }
}
