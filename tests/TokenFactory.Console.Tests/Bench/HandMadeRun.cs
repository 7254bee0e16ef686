using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>Records of requests with moments in whole milliseconds, and the clock that they belong to.</summary>
internal sealed class HandMadeRun : TimeProvider
{
    private readonly List<RequestRecord> _records = [];

    /// <summary>A timestamp is a millisecond.</summary>
    public override long TimestampFrequency => 1000;

    public RunCounts Counts { get; } = new();

    public override DateTimeOffset GetUtcNow() => new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A request that was answered: sent at a moment, a token at each of the others, the last of which is its end.</summary>
    public HandMadeRun Answered(long due, long sent, params long[] tokens)
    {
        RequestRecord record = Add(new WorkloadRequest(10, tokens.Length, TimeSpan.FromMilliseconds(due)), due);
        record.Send(sent);
        Array.ForEach(tokens, at => record.Add(1, at));
        record.Complete(new RequestUsage(10, 4, tokens.Length), tokens[^1]);
        return this;
    }

    /// <summary>A request that failed.</summary>
    public HandMadeRun Failed(long sent, string why)
    {
        RequestRecord record = Add(new WorkloadRequest(10, 5, TimeSpan.FromMilliseconds(sent)), sent);
        record.Send(sent);
        record.Add(1, sent + 1);
        record.Fail(why, sent + 2);
        return this;
    }

    /// <summary>The run from 0 to a moment.</summary>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="requests">How many there were to send; those that have no record were not.</param>
    /// <param name="concurrency">Whether they waited for each other.</param>
    public BenchRun Run(long endedAt, int requests, int? concurrency = null) => new(
        new Workload("hand-made", [.. Enumerable.Repeat(new WorkloadRequest(10, 5, TimeSpan.Zero), requests)], concurrency, []), _records, 0, endedAt);

    private RequestRecord Add(WorkloadRequest request, long due)
    {
        RequestRecord record = new(request, due, Counts);
        _records.Add(record);
        return record;
    }
}
