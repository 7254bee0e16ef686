using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Driving;

/// <summary>
/// What became of one request: the moment of every token's arrival, and its end. Moments are ticks of <see cref="TimeProvider"/>'s
/// timestamps, which whoever drives it reads. Its memory is taken before it is sent; adding tokens allocates nothing.
/// </summary>
/// <param name="request">What is asked.</param>
/// <param name="dueAt">When it should be sent.</param>
/// <param name="counts">Told of tokens and of the end.</param>
internal sealed class RequestRecord(WorkloadRequest request, long dueAt, RunCounts counts)
{
    private readonly long[] _tokens = new long[request.OutputTokens];
    private int _count;

    public WorkloadRequest Request { get; } = request;

    public long DueAt { get; } = dueAt;

    /// <summary>When it was sent; 0 before.</summary>
    public long SentAt { get; private set; }

    /// <summary>When its end was known; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>When tokens arrived, in order, as far as they came one by one: those that came together have one moment.</summary>
    public ReadOnlySpan<long> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Counts of the target for a request that was answered whole; null for one that failed.</summary>
    public RequestUsage? Usage { get; private set; }

    /// <summary>Why it was not answered whole, without anything that is this request's own, so that equal reasons are equal texts; null where it was.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether nothing answers there any more, so that asking on says nothing.</summary>
    public bool IsTargetGone { get; private set; }

    public void Send(long at)
    {
        SentAt = at;
        counts.AddSent();
    }

    /// <summary>Tokens have arrived. More than were asked for are counted by the target alone.</summary>
    public void Add(int tokens, long at)
    {
        int kept = Math.Min(tokens, _tokens.Length - _count);
        _tokens.AsSpan(_count, kept).Fill(at);
        _count += kept;
        counts.AddTokens(tokens);
    }

    /// <summary>It was answered whole.</summary>
    public void Complete(RequestUsage usage, long at)
    {
        (Usage, EndedAt) = (usage, at);
        counts.AddEnded(failed: false);
    }

    /// <summary>It was refused, or its answer broke off.</summary>
    public void Fail(string why, long at, bool isTargetGone = false)
    {
        (Failure, EndedAt, IsTargetGone) = (why, at, isTargetGone);
        counts.AddEnded(failed: true);
    }
}

/// <summary>Tokens of an answered request, as its target counts them.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Those of the prompt that came from a cache; null where the target does not say.</param>
/// <param name="OutputTokens">Tokens generated.</param>
internal sealed record RequestUsage(int PromptTokens, int? CachedTokens, int OutputTokens);
