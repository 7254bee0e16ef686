using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A chart ready to be drawn.</summary>
/// <param name="Panels">Its strips.</param>
/// <param name="Marks">Changes of the batch policy.</param>
/// <param name="LastSecond">Unix time of the last second of the last point.</param>
public sealed record FloorChart(IReadOnlyList<TimePanel> Panels, IReadOnlyList<TimeMark> Marks, long LastSecond)
{
    /// <summary>A replica's tokens joined with its device's power and clock.</summary>
    public static FloorChart Of(EngineLoop replica, DeviceSeries device, long lastSecond)
    {
        RateSeries rates = RateSeries.Read(replica, lastSecond);
        IEnumerable<TimeMark> marks = replica.Policies.Skip(1)
            .Select(version => new TimeMark(version.At, FormattableString.Invariant(
                $"{version.At.UtcDateTime:HH:mm:ss} UTC: batch policy {version.Version} by {version.Author}{(version.Reason.Length > 0 ? $" · {version.Reason}" : "")}")));
        return new FloorChart(TimePanel.Of(rates, device), [.. marks.Where(mark => mark.Place(rates.LastSecond) is not null)], rates.LastSecond);
    }

    /// <summary>A device without a model.</summary>
    public static FloorChart Of(DeviceSeries device) => new(TimePanel.Of(null, device), [], device.LastSecond);
}
