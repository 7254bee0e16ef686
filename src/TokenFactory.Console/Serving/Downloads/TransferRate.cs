namespace TokenFactory.Web.Serving.Downloads;

/// <summary>Bytes a second over the last seconds. For one thread.</summary>
internal sealed class TransferRate(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);

    private readonly Queue<(long At, long Bytes)> _samples = new();

    /// <summary>Notes how much has arrived in all; returns the rate, null before half a second is known.</summary>
    public double? Add(long bytes)
    {
        long now = clock.GetTimestamp();
        if (_samples.TryPeek(out (long At, long Bytes) first) && bytes < first.Bytes)
        {
            _samples.Clear();
        }
        _samples.Enqueue((now, bytes));
        while (_samples.Count > 2 && clock.GetElapsedTime(_samples.Peek().At, now) > Window)
        {
            _samples.Dequeue();
        }
        (long At, long Bytes) oldest = _samples.Peek();
        TimeSpan span = clock.GetElapsedTime(oldest.At, now);
        return span >= Least ? (bytes - oldest.Bytes) / span.TotalSeconds : null;
    }
}
