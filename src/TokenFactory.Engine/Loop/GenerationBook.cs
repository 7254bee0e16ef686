using System.Buffers;
using System.Numerics.Tensors;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>
/// Keeps the generations' books: takes tokens in as steps complete, which decides at once who goes on, and makes text of them later,
/// while the next step runs. Every generated token is counted exactly once, where it is taken in.
/// </summary>
internal sealed class GenerationBook
{
    private readonly Scheduler _scheduler;
    private readonly EngineOptions _options;
    private readonly IReadOnlyList<IEngineObserver> _observers;
    private readonly HashSet<int> _endTokens;
    private readonly ArrayBufferWriter<byte> _scratch = new(1024);
    private readonly List<TakenToken> _taken = [];
    private readonly List<Generation> _behind = [];
    private readonly Func<EngineMessage.TakeOver, bool> _tryHandOver;
    private StepResult? _result;

    public GenerationBook(
        Scheduler scheduler, EngineOptions options, EngineStatus status, IReadOnlyList<IEngineObserver> observers, Func<EngineMessage.TakeOver, bool> tryHandOver)
    {
        _tryHandOver = tryHandOver;
        _scheduler = scheduler;
        _options = options;
        Status = status;
        _observers = observers;
        _endTokens = [.. options.EndTokens];
    }

    public EngineStatus Status { get; }

    /// <summary>
    /// Appends a step's tokens to their sequences, counts them, and takes out those that ended, so that their rows are free for the
    /// next step. Returns the cached prompt tokens of sequences that computed for the first time.
    /// </summary>
    public int TakeIn(ScheduledStep step, StepResult result)
    {
        _result = result;
        int cached = CountPrompts(step);
        if (result.Joules is { } joules)
        {
            SplitEnergy(step, joules);
        }
        SettleDrafts(step, result);
        ReadOnlySpan<Sequence> sequences = step.Sequences;
        foreach (ref readonly SampledToken sample in result.Samples)
        {
            Sequence sequence = sequences[sample.Slice];
            sequence.PendingSamples = Math.Max(0, sequence.PendingSamples - 1);
            if (sequence.State == SequenceState.Finished)
            {
                // It ended while this step was under way: the token is nobody's.
                continue;
            }
            if (sample.Token == SampledToken.NotANumber)
            {
                EndCorrupted((Generation)sequence.Owner!);
                continue;
            }
            if (sequence.Sampling.IsStuck)
            {
                EndStuck((Generation)sequence.Owner!);
                continue;
            }
            sequence.Append(sample.Token);
            Generation generation = (Generation)sequence.Owner!;
            generation.GeneratedSoFar = sequence.GeneratedCount;
            generation.Account.AddGenerated(1);
            if (generation.FirstTokenAt == 0)
            {
                generation.FirstTokenAt = _options.Clock.GetTimestamp();
            }
            FinishReason reason = FindEnd(generation, sequence, sample.Token);
            if (reason != FinishReason.None)
            {
                _scheduler.Finish(sequence, reason);
            }
            _taken.Add(new TakenToken(generation, sample));
        }
        TakeInPooled(sequences, result);
        return cached;
    }

    /// <summary>Makes text of the tokens taken in last and hands it to their readers.</summary>
    public void Publish()
    {
        for (int i = 0; i < _taken.Count; i++)
        {
            // A step with drafts gives a generation several tokens, one after the other.
            bool isLast = i + 1 == _taken.Count || _taken[i + 1].Generation != _taken[i].Generation;
            Publish(_taken[i].Generation, _taken[i].Sample, isLast);
        }
        _taken.Clear();
    }

    /// <summary>Ends a generation wherever it stands; no effect on one that has ended.</summary>
    public void End(Generation generation, FinishReason reason, string? error)
    {
        if (generation.Sequence.State == SequenceState.Finished)
        {
            return;
        }
        _scheduler.Finish(generation.Sequence, reason);
        _scratch.ResetWrittenCount();
        Close(generation, generation.Output.Flush(_scratch), error);
    }

    /// <summary>
    /// Lets another replica go on with a generation that this one fails to compute, from the tokens that were taken in: all of them are
    /// published before. Where none does, or it is the second that fails, the generation ends with the error.
    /// </summary>
    public void HandOver(Generation generation, string error)
    {
        Sequence sequence = generation.Sequence;
        bool isHeld = sequence.State == SequenceState.Held;
        _scheduler.Finish(sequence, FinishReason.Failed);
        _behind.Remove(generation);
        if (!generation.WasMoved && _tryHandOver(new EngineMessage.TakeOver(generation, sequence, isHeld)))
        {
            Status.MarkMoved();
            return;
        }
        _scratch.ResetWrittenCount();
        Close(generation, generation.Output.Flush(_scratch), error);
    }

    /// <summary>Waits for the reader of a generation that was taken over, where the reader is behind.</summary>
    public void TakeOverReader(Generation generation)
    {
        if (generation.BehindSince != 0)
        {
            generation.Sequence.ReaderBehind = true;
            _behind.Add(generation);
        }
    }

    public void ResumeReading(Generation generation)
    {
        generation.BehindSince = 0;
        generation.Sequence.ReaderBehind = false;
        _behind.Remove(generation);
    }

    /// <summary>Ends generations whose readers have been gone for too long.</summary>
    public void CheckReaders()
    {
        for (int i = _behind.Count - 1; i >= 0; i--)
        {
            Generation generation = _behind[i];
            if (_options.Clock.GetElapsedTime(generation.BehindSince) > _scheduler.Policy.ReaderPatience)
            {
                End(generation, FinishReason.Abandoned, error: null);
            }
        }
    }

    /// <summary>Ends a generation whose constraint no token can follow: it is whole where the text satisfies it, which a model without an end token cannot say.</summary>
    private void EndStuck(Generation generation)
    {
        if (generation.Sequence.Sampling.IsSatisfied)
        {
            End(generation, FinishReason.Stop, error: null);
        }
        else
        {
            End(generation, FinishReason.Failed, "No token of this model can go on with the text in the form that was asked for. Ask for another form, or another model.");
        }
    }

    private void EndCorrupted(Generation generation)
    {
        Status.MarkCorrupted();
        End(generation, FinishReason.Failed, "The model computed something that is no number for this request. Its weights may be damaged.");
        // Keys and values of it may be no numbers either, and lie in the cache.
        _scheduler.Blocks.DropCache();
    }

    /// <summary>
    /// Before any token is taken in: one may end its sequence, whose full blocks become shareable then, and those of rejected drafts must not.
    /// </summary>
    private void SettleDrafts(ScheduledStep step, StepResult result)
    {
        if (step.Plan.SampledRows == step.Plan.SampleCount)
        {
            return;
        }
        ReadOnlySpan<SampledToken> samples = result.Samples;
        for (int first = 0, end; first < samples.Length; first = end)
        {
            int slice = samples[first].Slice;
            for (end = first + 1; end < samples.Length && samples[end].Slice == slice; end++)
            {
            }
            if (step.Plan.Slices[slice].Drafts > 0)
            {
                _scheduler.Settle(step.Sequences[slice], step.Plan.Slices[slice], end - first);
            }
        }
    }

    /// <summary>Ends the sequences whose prompts a step has pooled, each with its vector.</summary>
    private void TakeInPooled(ReadOnlySpan<Sequence> sequences, StepResult result)
    {
        for (int i = 0; i < result.PooledSlices.Length; i++)
        {
            Sequence sequence = sequences[result.PooledSlices[i]];
            sequence.PendingSamples = 0;
            if (sequence.State == SequenceState.Finished)
            {
                continue;
            }
            Generation generation = (Generation)sequence.Owner!;
            ReadOnlySpan<float> vector = result.Pooled(i);
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(vector)))
            {
                EndCorrupted(generation);
                continue;
            }
            generation.Pooled = vector.ToArray();
            End(generation, FinishReason.Stop, error: null);
        }
    }

    private static int CountPrompts(ScheduledStep step)
    {
        int cached = 0;
        ReadOnlySpan<StepSlice> slices = step.Plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            Sequence sequence = step.Sequences[i];
            ref readonly StepSlice slice = ref slices[i];
            if (slice.Start >= sequence.PromptCount)
            {
                continue;
            }
            Generation generation = (Generation)sequence.Owner!;
            Accounting.TokenAccount account = generation.Account;
            account.AddPrefill(Math.Min(slice.Start + slice.Count, sequence.PromptCount) - slice.Start);
            if (slice.Fresh && sequence.Preemptions == 0)
            {
                account.AddCached(sequence.CachedPromptTokens);
                cached += sequence.CachedPromptTokens;
            }
            if (!generation.HasStarted)
            {
                generation.CachedSoFar = sequence.CachedPromptTokens;
                generation.HasStarted = true;
                generation.Request.Listener?.OnStarted(generation);
            }
        }
        return cached;
    }

    /// <summary>Splits a step's energy over its sequences by the tokens that it computed for each.</summary>
    private static void SplitEnergy(ScheduledStep step, double joules)
    {
        double perToken = joules / step.Plan.Tokens.Length;
        ReadOnlySpan<StepSlice> slices = step.Plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            ((Generation)step.Sequences[i].Owner!).AddJoules(perToken * slices[i].Count);
        }
    }

    private FinishReason FindEnd(Generation generation, Sequence sequence, int token)
    {
        if (!generation.Request.IgnoreEndTokens && _endTokens.Contains(token))
        {
            return FinishReason.Stop;
        }
        IReadOnlyList<int> stops = generation.Request.StopTokens;
        for (int i = 0; i < stops.Count; i++)
        {
            if (stops[i] == token)
            {
                return FinishReason.Stop;
            }
        }
        return sequence.GeneratedCount >= sequence.MaxNewTokens ? FinishReason.Length : FinishReason.None;
    }

    private void Publish(Generation generation, in SampledToken sample, bool isLast)
    {
        if (generation.Closed)
        {
            return;
        }
        Sequence sequence = generation.Sequence;
        _scratch.ResetWrittenCount();
        bool isSilent = !generation.Request.SkipSpecialTokens && _endTokens.Contains(sample.Token);
        ReadOnlySpan<byte> text = isSilent ? [] : generation.Output.Append(sample.Token, _scratch);
        bool hasRoom = generation.Write(
            sample.Token, sample.Logprob, _result!.Alternatives.Slice(sample.AlternativesOffset, sample.AlternativesCount), text);
        if (generation.Output.Stopped && sequence.State != SequenceState.Finished)
        {
            _scheduler.Finish(sequence, FinishReason.Stop);
        }
        else if (generation.Output.Stopped)
        {
            sequence.FinishReason = FinishReason.Stop;
        }
        if (sequence.State == SequenceState.Finished)
        {
            if (isLast)
            {
                _scratch.ResetWrittenCount();
                Close(generation, generation.Output.Flush(_scratch), error: null);
            }
        }
        else if (!hasRoom && !sequence.ReaderBehind)
        {
            sequence.ReaderBehind = true;
            generation.BehindSince = _options.Clock.GetTimestamp();
            _behind.Add(generation);
        }
    }

    private void Close(Generation generation, ReadOnlySpan<byte> lastText, string? error)
    {
        Sequence sequence = generation.Sequence;
        generation.Closed = true;
        if (generation.BehindSince != 0)
        {
            _behind.Remove(generation);
        }
        TimeProvider clock = _options.Clock;
        long now = clock.GetTimestamp();
        long started = sequence.StartedAt == 0 ? now : sequence.StartedAt;
        GenerationOutcome outcome = new(
            sequence.FinishReason,
            sequence.PromptCount,
            sequence.CachedPromptTokens,
            sequence.GeneratedCount,
            clock.GetElapsedTime(sequence.ArrivedAt, started),
            generation.FirstTokenAt == 0 ? null : clock.GetElapsedTime(sequence.ArrivedAt, generation.FirstTokenAt),
            clock.GetElapsedTime(sequence.ArrivedAt, now),
            error,
            generation.JoulesSoFar,
            generation.Output.StopString,
            generation.Pooled);
        generation.Account.AddFinished();
        sequence.ReturnMemory();
        foreach (IEngineObserver observer in _observers)
        {
            observer.OnFinished(generation, outcome);
        }
        generation.Request.Listener?.OnFinished(generation, outcome);
        generation.End(lastText, outcome);
    }

    private readonly record struct TakenToken(Generation Generation, SampledToken Sample);
}
