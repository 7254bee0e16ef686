using System.Diagnostics;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Tracing;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Metering;

/// <summary>
/// Counts one request from its answers' first steps to the last one's end: then its reservation is settled and its row goes to the
/// ledger, once, on whichever path it ended. The ledger reads it meanwhile from a thread of its own.
/// </summary>
/// <param name="ledger">Where it is counted for good.</param>
/// <param name="who">Whose it is.</param>
/// <param name="reservation">What it may use.</param>
/// <param name="answers">How many answers are asked for, those of one prompt together.</param>
/// <param name="perPrompt">Answers of one prompt.</param>
/// <param name="clock">Measures it.</param>
internal sealed class RequestMeter(
    IUsageLedger ledger, RequestIdentity who, Reservation reservation, int answers, int perPrompt, TimeProvider clock) : IRunningUsage
{
    private readonly AnswerMeter?[]? _others = answers > 1 ? new AnswerMeter?[answers - 1] : null;
    private readonly long _arrivedAt = clock.GetTimestamp();
    private readonly Activity? _span = GenerationSpan.Start(who);

    /// <summary>The first answer, which most requests have alone; the others lie in an array.</summary>
    private AnswerMeter? _first;

    /// <summary>Answers under way, and one more until all of them were handed in.</summary>
    private int _open = 1;

    private int _accepted;

    /// <summary>When the first answer's first step completed, by the clock's ticks; 0 while all wait.</summary>
    private long _startedAt;

    /// <summary>Why no request may start now, in words; null where nothing is in the way.</summary>
    public static string? FindObstacle(IUsageLedger ledger) =>
        ledger.Problem is { } problem ? $"Usage cannot be counted now, so nothing is started. {problem}" : null;

    /// <summary>Hears about an answer. Each is asked for once, right before its generation is submitted.</summary>
    public IGenerationListener ListenTo(int index)
    {
        if (index == 0)
        {
            ledger.Track(this);
        }
        Interlocked.Increment(ref _open);
        AnswerMeter answer = new(this);
        Volatile.Write(ref Slot(index), answer);
        return answer;
    }

    /// <summary>The answer that was asked for last was accepted.</summary>
    public void Accept() => _accepted++;

    /// <summary>The answer that was asked for last was refused, and none follows.</summary>
    public void Refuse() => Close();

    /// <summary>All answers were handed in, or none will follow.</summary>
    public void Complete() => Close();

    /// <inheritdoc/>
    public UsageRecord? Snapshot()
    {
        Figures figures = Sum();
        return figures.HasStarted ? ToRecord(figures) : null;
    }

    private ref AnswerMeter? Slot(int index) => ref (index == 0 ? ref _first : ref _others![index - 1]);

    private void Start()
    {
        if (Interlocked.CompareExchange(ref _startedAt, clock.GetTimestamp(), 0) == 0)
        {
            reservation.Start();
        }
    }

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) > 0)
        {
            return;
        }
        Figures figures = Sum();
        reservation.Complete(figures.Prompt + figures.Generated, figures.HasResult);
        UsageRecord record = ToRecord(figures);
        GenerationSpan.End(_span, record, Volatile.Read(ref Slot(0))?.Outcome?.FirstTokenTime);
        if (_accepted == 0 || (figures.Reason == FinishReason.Cancelled && who.Work is { IsDoneAgain: true }))
        {
            ledger.Forget(this);
        }
        else
        {
            ledger.Record(this, record);
        }
    }

    /// <summary>
    /// Adds up the answers. A prompt counts once however many answers it has, and not where none of them ever ran: the sums equal
    /// those that the client is told.
    /// </summary>
    private Figures Sum()
    {
        Figures sum = default;
        bool promptCounted = false;
        for (int i = 0; i < answers; i++)
        {
            promptCounted &= i % perPrompt != 0;
            if (Volatile.Read(ref Slot(i)) is not { } answer)
            {
                continue;
            }
            FinishReason reason = answer.Outcome?.Reason ?? FinishReason.None;
            sum.Reason = reason > sum.Reason ? reason : sum.Reason;
            if (answer.Generation is not { } generation)
            {
                continue;
            }
            sum.HasStarted = true;
            sum.HasVector |= answer.Outcome?.Pooled is not null;
            sum.Generated += answer.Outcome?.GeneratedTokens ?? generation.GeneratedSoFar;
            if ((answer.Outcome?.Joules ?? generation.JoulesSoFar) is { } joules)
            {
                sum.Joules = joules + (sum.Joules ?? 0);
            }
            if (!promptCounted)
            {
                promptCounted = true;
                sum.Prompt += generation.Request.Prompt.Length;
                sum.Cached += generation.CachedSoFar;
            }
        }
        return sum;
    }

    private UsageRecord ToRecord(in Figures figures)
    {
        TimeSpan total = clock.GetElapsedTime(_arrivedAt);
        long started = Volatile.Read(ref _startedAt);
        TimeSpan queue = started == 0 ? total : clock.GetElapsedTime(_arrivedAt, started);
        DateTimeOffset now = clock.GetUtcNow();
        return new UsageRecord
        {
            IdempotencyKey = who.Id,
            RequestId = who.RequestId,
            TenantId = who.Grant.Tenant.Id,
            Tenant = who.Grant.Tenant.Name,
            KeyId = who.Grant.Key.Id,
            Model = who.Model,
            Device = who.Device,
            Lane = WireNames.Of(who.Lane),
            Feature = figures.HasResult ? who.Feature : null,
            PromptTokens = figures.Prompt,
            CachedTokens = figures.Cached,
            GeneratedTokens = figures.Generated,
            QueueTime = queue,
            ComputeTime = total - queue,
            Joules = figures.Joules,
            Outcome = Name(figures.Reason),
            ArrivedAt = now - total,
            EndedAt = now,
        };
    }

    private static string Name(FinishReason reason) => reason switch
    {
        FinishReason.None => UsageRecord.Running,
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.Cancelled => "cancelled",
        FinishReason.Abandoned => "abandoned",
        _ => UsageRecord.Failed,
    };

    /// <summary>One answer, as the engine tells of it.</summary>
    private sealed class AnswerMeter(RequestMeter request) : IGenerationListener
    {
        private Generation? _generation;
        private GenerationOutcome? _outcome;

        /// <summary>The generation once it has started; null for one that ended in the queue.</summary>
        public Generation? Generation => Volatile.Read(ref _generation);

        public GenerationOutcome? Outcome => Volatile.Read(ref _outcome);

        public void OnStarted(Generation generation)
        {
            Volatile.Write(ref _generation, generation);
            request.Start();
        }

        public void OnFinished(Generation generation, GenerationOutcome outcome)
        {
            Volatile.Write(ref _outcome, outcome);
            request.Close();
        }
    }

    /// <summary>Sums over the answers; of several ends the worst is the request's.</summary>
    private struct Figures
    {
        public long Prompt;
        public long Cached;
        public long Generated;
        public double? Joules;
        public bool HasStarted;
        public bool HasVector;
        public FinishReason Reason;

        /// <summary>Whether anything was made that a client can have.</summary>
        public readonly bool HasResult => Generated > 0 || HasVector;
    }
}
