namespace TokenFactory.Web.Live.Floor;

/// <summary>Turns counts since load into counts of the last minute. Not safe for several threads.</summary>
internal sealed class PreemptionWindow
{
    private const int Seconds = 60;

    private readonly Dictionary<string, Queue<(long Second, long Count)>> _replicas = [];

    /// <summary>Notes a replica's count in a second.</summary>
    /// <returns>How much it grew in the last minute, as far as it was noted.</returns>
    public long Add(string replica, long second, long count)
    {
        if (!_replicas.TryGetValue(replica, out Queue<(long Second, long Count)>? known))
        {
            _replicas[replica] = known = new Queue<(long, long)>();
        }
        while (known.TryPeek(out (long Second, long Count) oldest) && (oldest.Second <= second - Seconds || oldest.Count > count))
        {
            known.Dequeue();
        }
        if (known.Count == 0 || known.Last().Second != second)
        {
            known.Enqueue((second, count));
        }
        return count - known.Peek().Count;
    }

    /// <summary>Forgets replicas that are gone.</summary>
    public void Keep(IReadOnlyCollection<string> replicas)
    {
        foreach (string gone in _replicas.Keys.Except(replicas).ToList())
        {
            _replicas.Remove(gone);
        }
    }
}
