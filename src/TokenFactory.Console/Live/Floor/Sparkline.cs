using System.Globalization;
using System.Text;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A line in a box of <see cref="Points"/> by <see cref="Height"/>, as the data of an SVG path; gaps stay gaps.</summary>
public static class Sparkline
{
    /// <summary>Seconds that a point is the mean of.</summary>
    public const int SecondsPerPoint = 15;

    /// <summary>Points over ten minutes.</summary>
    public const int Points = 40;

    public const int Height = 20;

    /// <summary>Draws shares from 0 to 1, a second each, oldest first; null where nothing was measured.</summary>
    public static string Draw(ReadOnlySpan<double?> seconds)
    {
        StringBuilder path = new();
        bool isDrawing = false;
        for (int point = 0; point < seconds.Length / SecondsPerPoint; point++)
        {
            double sum = 0;
            int count = 0;
            foreach (double? second in seconds.Slice(point * SecondsPerPoint, SecondsPerPoint))
            {
                sum += second ?? 0;
                count += second is null ? 0 : 1;
            }
            if (count > 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{point},{Math.Round(Height * (1 - (sum / count)))}");
            }
            isDrawing = count > 0;
        }
        return path.ToString();
    }
}
