using System.Globalization;
using System.Text;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A line of a chart.</summary>
/// <param name="Name">As the legend and the readout have it.</param>
/// <param name="Style">Its style's class.</param>
/// <param name="Values">A value a point; NaN for a gap.</param>
public sealed record TimeLine(string Name, string Style, double[] Values)
{
    /// <summary>The data of an SVG path: a point is the value itself, x counts points.</summary>
    /// <param name="digits">Digits after the point.</param>
    public string ToPath(int digits)
    {
        StringBuilder path = new();
        bool isDrawing = false;
        for (int i = 0; i < Values.Length; i++)
        {
            if (!double.IsNaN(Values[i]))
            {
                path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{i},{Math.Round(Values[i], digits)}");
            }
            isDrawing = !double.IsNaN(Values[i]);
        }
        return path.ToString();
    }
}

/// <summary>A strip of a chart: lines of one unit.</summary>
/// <param name="Name">What the lines have in common.</param>
/// <param name="Unit">Their unit.</param>
/// <param name="Digits">Digits after the point.</param>
/// <param name="Lines">The lines.</param>
public sealed record TimePanel(string Name, string Unit, int Digits, IReadOnlyList<TimeLine> Lines)
{
    /// <summary>The greatest value; 0 where there is none.</summary>
    public double Most => Lines.SelectMany(line => line.Values).Where(value => !double.IsNaN(value)).DefaultIfEmpty().Max();

    private bool HasValues => Lines.Any(line => line.Values.Any(value => !double.IsNaN(value)));

    /// <summary>The strips of a model on a device, or of a device alone, top first; those without any value are left out.</summary>
    /// <param name="rates">The model's tokens; null where the device has none.</param>
    /// <param name="device">The device.</param>
    public static IReadOnlyList<TimePanel> Of(RateSeries? rates, DeviceSeries? device)
    {
        List<TimePanel> panels = [];
        if (rates is not null)
        {
            panels.Add(new TimePanel("Tokens", "tokens/s", 1, [new TimeLine("out", "line-out", rates.Out), new TimeLine("in", "line-in", rates.In)]));
        }
        if (device is not null)
        {
            bool isGpu = device.Clock.Any(value => !double.IsNaN(value));
            TimePanel[] more =
            [
                new TimePanel("Utilisation", "%", 0, [new TimeLine("busy", "line-busy", device.Utilization)]),
                new TimePanel("Power", "W", 0, [new TimeLine("power", "line-power", device.Power)]),
                new TimePanel("SM clock", "MHz", 0, [new TimeLine("clock", "line-clock", device.Clock)]),
            ];
            // Tokens, power and clock tell a GPU's story; where one of them is missing, utilisation stands in.
            panels.AddRange(more.Where(panel => panel.HasValues).Skip(isGpu && rates is not null ? 1 : 0));
        }
        return panels;
    }
}

/// <summary>A moment marked on a chart.</summary>
/// <param name="At">When.</param>
/// <param name="Words">What happened, and who did it.</param>
public sealed record TimeMark(DateTimeOffset At, string Words)
{
    /// <summary>Where it lies on the axis of a series, from 0 at its first point to 1 at its last; null before it.</summary>
    /// <param name="lastSecond">Unix time of the last second of the series' last point.</param>
    public double? Place(long lastSecond)
    {
        double last = lastSecond + 1 - (RateSeries.SecondsPerPoint / 2.0);
        double points = RateSeries.Points - 1 - ((last - (At.ToUnixTimeMilliseconds() / 1000.0)) / RateSeries.SecondsPerPoint);
        return points < 0 ? null : Math.Min(1, points / (RateSeries.Points - 1));
    }
}
