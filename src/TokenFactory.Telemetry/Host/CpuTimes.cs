using System.Globalization;

namespace TokenFactory.Telemetry.Host;

/// <summary>
/// Time that all cores together spent since boot, in clock ticks (USER_HZ, a hundredth of a second on Linux), from the first line of
/// <c>/proc/stat</c>; see proc_stat(5).
/// </summary>
/// <param name="Busy">Ticks of user, nice, system, irq, softirq and steal.</param>
/// <param name="Total">Busy, idle and iowait.</param>
internal readonly record struct CpuTimes(long Busy, long Total)
{
    // Fields after the label: user nice system idle iowait irq softirq steal guest guest_nice; the guests' are in user and nice already.
    private const int Fields = 8;
    private const int Idle = 3;
    private const int IoWait = 4;

    /// <summary>Reads the text of <c>/proc/stat</c>; null where it has no such line.</summary>
    public static CpuTimes? Parse(ReadOnlySpan<char> stat)
    {
        foreach (ReadOnlySpan<char> line in stat.EnumerateLines())
        {
            if (line.StartsWith("cpu "))
            {
                return ParseLine(line[4..]);
            }
        }
        return null;
    }

    /// <summary>Busy share between two readings, 0 to 1; null where no time passed or the counters went back.</summary>
    public static double? Utilization(CpuTimes before, CpuTimes after)
    {
        long total = after.Total - before.Total;
        long busy = after.Busy - before.Busy;
        return total > 0 && busy >= 0 ? Math.Min(1, busy / (double)total) : null;
    }

    private static CpuTimes? ParseLine(ReadOnlySpan<char> fields)
    {
        long busy = 0;
        long total = 0;
        int index = 0;
        foreach (Range range in fields.Split(' '))
        {
            ReadOnlySpan<char> field = fields[range];
            if (field.IsEmpty)
            {
                continue;
            }
            if (!long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out long ticks))
            {
                return null;
            }
            total += ticks;
            busy += index is Idle or IoWait ? 0 : ticks;
            if (++index == Fields)
            {
                break;
            }
        }
        return index > Idle ? new CpuTimes(busy, total) : null;
    }
}
