namespace TokenFactory.Web.Live.Floor;

/// <summary>Something that a person should look at.</summary>
/// <param name="IsGrave">Whether work is lost or refused meanwhile.</param>
/// <param name="Words">What it is.</param>
/// <param name="Link">The page where one acts, as a relative address.</param>
/// <param name="LinkText">What one finds there.</param>
public sealed record Attention(bool IsGrave, string Words, string Link, string LinkText)
{
    // From here on the next burst is refused; below, a queue is what it is for.
    private const double QueueShare = 0.8;
    private const double KvShare = 0.95;
    private const int HotMargin = 3;

    /// <summary>All that needs attention, the gravest first.</summary>
    /// <param name="floor">What the Floor shows otherwise.</param>
    /// <param name="ledgerProblem">Why the ledger cannot be written; null while it can.</param>
    public static IReadOnlyList<Attention> Find(FloorSnapshot floor, string? ledgerProblem)
    {
        List<Attention> found = [];
        if (ledgerProblem is not null)
        {
            found.Add(new Attention(true, $"New requests are refused: the ledger cannot be written. {ledgerProblem}", "settings", "Settings"));
        }
        found.AddRange(floor.Loads.Where(load => load.Failure is not null)
            .Select(load => new Attention(true, $"{load.Model} was not loaded: {load.Failure}", "models", "Models")));
        found.AddRange(floor.Replicas.SelectMany(OfReplica));
        found.AddRange(floor.Devices.SelectMany(OfDevice));
        if (floor.GpuProblem is { } problem)
        {
            found.Add(new Attention(false, problem, "settings", "Settings"));
        }
        return [.. found.OrderByDescending(attention => attention.IsGrave)];
    }

    private static IEnumerable<Attention> OfReplica(ReplicaSnapshot replica)
    {
        if (replica.Problem is { } problem)
        {
            yield return new Attention(true, $"{replica.Model} on {replica.Device.Id}: {problem}", "models", "Models");
        }
        if (replica.Waiting.Total >= QueueShare * replica.MaxWaiting)
        {
            yield return new Attention(
                replica.Waiting.Total >= replica.MaxWaiting,
                FormattableString.Invariant($"The queue of {replica.Model} is nearly full: {replica.Waiting.Total:N0} of {replica.MaxWaiting:N0} requests wait; more are refused."),
                $"queue?model={Uri.EscapeDataString(replica.Model)}",
                "Queue");
        }
        int blocks = replica.KvUsed + replica.KvCached + replica.KvFree;
        if (replica.RecentPreemptions > 0 && replica.KvUsed >= KvShare * blocks)
        {
            yield return new Attention(
                false,
                FormattableString.Invariant($"{replica.Model} is short of KV blocks: {replica.KvUsed:N0} of {blocks:N0} are used, and {replica.RecentPreemptions:N0} requests had to give theirs up in the last minute. Fewer running requests would be quicker."),
                "policies",
                "Policies");
        }
    }

    private static IEnumerable<Attention> OfDevice(DeviceSnapshot device)
    {
        string link = $"?device={Uri.EscapeDataString(device.Id)}";
        if (DeviceWords.Trouble(device) is { } trouble)
        {
            yield return new Attention(device.Sample.State is not Telemetry.Nvml.GpuState.Works, $"{device.Id}: {trouble}", link, "Device");
        }
        else if (device is { Gpu.SlowdownCelsius: { } limit, Sample.Celsius: { } celsius } && celsius >= limit - HotMargin)
        {
            yield return new Attention(false, FormattableString.Invariant($"{device.Id} is at {celsius} °C; at {limit} °C it is slowed down."), link, "Device");
        }
    }
}
