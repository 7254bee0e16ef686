using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Driving;

/// <summary>
/// Sends a workload to a target, the same way whatever the target is. With a concurrency, so many requests are under way until none is
/// left; without, each is sent at its time, however many are under way, so that a slow target is not spared.
/// </summary>
internal sealed class BenchDriver(IBenchTarget target, PromptMaker prompts, TimeProvider clock)
{
    // One refused connection may be chance. So many requests in a row that found nobody are not.
    private const int MostGone = 3;

    private int _gone;

    /// <summary>How far the run is.</summary>
    public RunCounts Counts { get; } = new();

    private bool IsTargetGone => Volatile.Read(ref _gone) >= MostGone;

    /// <summary>Sends all requests and waits for their ends. Where nothing answers any more, the rest is not sent.</summary>
    /// <returns>A record of each request that was sent, in order.</returns>
    public async Task<BenchRun> RunAsync(Workload workload, CancellationToken cancellation)
    {
        RequestRecord?[] records = new RequestRecord?[workload.Requests.Count];
        long begun = clock.GetTimestamp();
        await (workload.Concurrency is { } places
            ? RunClosedAsync(workload, places, records, cancellation)
            : RunOpenAsync(workload, begun, records, cancellation));
        return new BenchRun(workload, [.. records.OfType<RequestRecord>()], begun, clock.GetTimestamp());
    }

    private Task RunClosedAsync(Workload workload, int places, RequestRecord?[] records, CancellationToken cancellation)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(places, records.Length)).Select(_ => Task.Run(
            async () =>
            {
                for (int i = Interlocked.Increment(ref next); i < records.Length && !IsTargetGone; i = Interlocked.Increment(ref next))
                {
                    await SendAsync(workload.Requests[i], i, clock.GetTimestamp(), records, cancellation);
                }
            },
            cancellation)));
    }

    private async Task RunOpenAsync(Workload workload, long begun, RequestRecord?[] records, CancellationToken cancellation)
    {
        List<Task> underWay = new(records.Length);
        for (int i = 0; i < records.Length && !IsTargetGone; i++)
        {
            WorkloadRequest request = workload.Requests[i];
            TimeSpan left = request.At!.Value - clock.GetElapsedTime(begun);
            if (left > TimeSpan.Zero)
            {
                // Timers count whole milliseconds and leave out the rest: nothing is sent before its time.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock, cancellation);
            }
            int index = i;
            long due = begun + (long)(request.At.Value.TotalSeconds * clock.TimestampFrequency);
            underWay.Add(Task.Run(() => SendAsync(request, index, due, records, cancellation), cancellation));
        }
        await Task.WhenAll(underWay);
    }

    private async Task SendAsync(WorkloadRequest request, int index, long due, RequestRecord?[] records, CancellationToken cancellation)
    {
        RequestRecord record = new(request, due, Counts);
        records[index] = record;
        await target.SendAsync(request, index, prompts, record, cancellation);
        if (record.IsTargetGone)
        {
            Interlocked.Increment(ref _gone);
        }
        else
        {
            Volatile.Write(ref _gone, 0);
        }
    }
}

/// <summary>A workload's requests and what became of them.</summary>
/// <param name="Workload">What was to be sent.</param>
/// <param name="Records">Requests sent, in order; fewer than there were where the target went away.</param>
/// <param name="BegunAt">When the first could be sent.</param>
/// <param name="EndedAt">When the last had ended.</param>
internal sealed record BenchRun(Workload Workload, IReadOnlyList<RequestRecord> Records, long BegunAt, long EndedAt);
