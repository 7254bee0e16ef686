using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Streaming;

namespace TokenFactory.Api.Responses;

/// <summary>
/// The events of a response that is computed in the background: written once, read by any number of clients from any event on that is
/// still there. Beyond its bound the oldest events go. One thread writes; readers are safe on any. What was flushed never changes.
/// </summary>
/// <param name="logs">Where its memory counts.</param>
internal sealed class EventLog(EventLogs logs) : PipeWriter
{
    /// <summary>What it takes at most, save for a single event that is larger.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>What every log may take, whatever the others do.</summary>
    private const int LeastBytes = 64 * 1024;

    private static readonly byte[] EventEnd = [.. "\n\n"u8];

    private readonly Lock _lock = new();
    private byte[] _bytes = [];
    private int _written;
    private int _flushed;

    /// <summary>Bytes that have gone before those that are here.</summary>
    private long _start;

    /// <summary>The number of the first event that is here.</summary>
    private int _first;

    private bool _isComplete;
    private TaskCompletionSource? _more;

    /// <summary>What it takes, once it is complete.</summary>
    public long Bytes => _bytes.Length;

    /// <summary>Whether all events after one are still here.</summary>
    /// <param name="after">Its number; -1: all events are asked for.</param>
    public bool Reaches(int after)
    {
        lock (_lock)
        {
            return after + 1L >= _first;
        }
    }

    public override void Advance(int bytes) => _written += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int more = Math.Max(1, sizeHint);
        if (_bytes.Length - _written < more)
        {
            MakeRoom(more);
        }
        return _bytes.AsMemory(_written);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Publish(isComplete: false);
        return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: false));
    }

    public override void Complete(Exception? exception = null) => Publish(isComplete: true);

    public override void CancelPendingFlush()
    {
    }

    /// <summary>
    /// Sends the events as they come, until the last or until the client leaves. One that reads so slowly that events went before they were
    /// sent gets an error as its last.
    /// </summary>
    /// <param name="context">The request; its response has not begun.</param>
    /// <param name="after">The number of the event before the first that is wanted; -1: all are.</param>
    /// <param name="keepAlive">How long to be silent at most.</param>
    public async Task SendAsync(HttpContext context, int after, TimeSpan keepAlive)
    {
        await SseResponse.StartAsync(context);
        using SseWriter sse = new(context.Response.BodyWriter);
        Place place = new(0, 0);
        while (!context.RequestAborted.IsCancellationRequested)
        {
            (ReadOnlyMemory<byte> fresh, Task more, bool isLast) = Look(ref place, after);
            if (place.IsGone)
            {
                WriteGone(sse, place.Number);
                await sse.FlushAsync();
                return;
            }
            fresh = Skip(fresh, ref place, after);
            if (!fresh.IsEmpty)
            {
                sse.Raw(fresh.Span);
                if ((await sse.FlushAsync()).IsCompleted)
                {
                    return;
                }
            }
            if (isLast)
            {
                return;
            }
            await WaitAsync(more, sse, keepAlive, context.RequestAborted);
        }
    }

    /// <summary>Passes what was looked at; of it the events after one are left.</summary>
    private static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> fresh, ref Place place, int after)
    {
        int number = place.Number;
        long at = place.At + fresh.Length;
        for (; number <= after && fresh.Span.IndexOf(EventEnd) is >= 0 and int end; number++)
        {
            fresh = fresh[(end + EventEnd.Length)..];
        }
        place = new Place(at, number);
        return number > after ? fresh : default;
    }

    private static void WriteGone(SseWriter sse, int number)
    {
        sse.BeginEvent("error"u8);
        sse.Raw("{\"type\":\"error\",\"sequence_number\":"u8);
        sse.Number(number);
        sse.Raw(",\"code\":\"events_gone\",\"message\":"u8);
        sse.Text("The events were read so slowly that the server has let some of them go. Ask for the response itself, without stream, when it has ended.");
        sse.Raw(",\"param\":null}"u8);
        sse.EndEvent();
    }

    private static async Task WaitAsync(Task more, SseWriter sse, TimeSpan keepAlive, CancellationToken gone)
    {
        while (!gone.IsCancellationRequested)
        {
            await more.WaitAsync(keepAlive, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (more.IsCompleted)
            {
                return;
            }
            sse.KeepAlive();
            await sse.FlushAsync();
        }
    }

    /// <summary>What there is from a place on, whole events; a task that ends when there is more; and whether there never will be.</summary>
    private (ReadOnlyMemory<byte> Fresh, Task More, bool IsLast) Look(ref Place place, int after)
    {
        lock (_lock)
        {
            if (place.At < _start)
            {
                // Events that went are no loss to who would have skipped them.
                place = new Place(_start, _first) { IsGone = after + 1L < _first };
            }
            ReadOnlyMemory<byte> fresh = _bytes.AsMemory((int)(place.At - _start).._flushed);
            if (_isComplete)
            {
                return (fresh, Task.CompletedTask, true);
            }
            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (fresh, _more.Task, false);
        }
    }

    /// <summary>Makes room for more bytes: grows while it may, and else lets the oldest events go.</summary>
    private void MakeRoom(int more)
    {
        long needed = (long)_written + more;
        long larger = Math.Max(needed, Math.Clamp(2L * _bytes.Length, 4096, MostBytes));
        if (larger <= LeastBytes)
        {
            logs.Take(larger - _bytes.Length);
            Move(0, larger);
        }
        else if (needed <= MostBytes && logs.TryTake(larger - _bytes.Length))
        {
            Move(0, larger);
        }
        else
        {
            int cut = FindCut(more);
            larger = Math.Max(_bytes.Length, needed - cut);
            logs.Take(larger - _bytes.Length);
            Move(cut, larger);
        }
    }

    /// <summary>The end of the events that go so that more bytes fit: half of what may be held or more, so that they seldom go.</summary>
    private int FindCut(int more)
    {
        long least = Math.Min(_flushed, Math.Max(_bytes.Length / 2, (long)_written + more - _bytes.Length));
        if (least == 0)
        {
            return 0;
        }
        int from = (int)Math.Max(0, least - EventEnd.Length);
        int end = _bytes.AsSpan(from.._flushed).IndexOf(EventEnd);
        return end < 0 ? _flushed : from + end + EventEnd.Length;
    }

    /// <summary>Goes on in other memory, without the events before a place. Who reads the old one reads on in it up to where it was flushed.</summary>
    private void Move(int cut, long length)
    {
        byte[] moved = new byte[length];
        _bytes.AsSpan(cut.._written).CopyTo(moved);
        int gone = _bytes.AsSpan(0, cut).Count(EventEnd);
        lock (_lock)
        {
            _bytes = moved;
            _written -= cut;
            _flushed -= cut;
            _start += cut;
            _first += gone;
        }
    }

    private void Publish(bool isComplete)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _flushed = _written;
            _isComplete |= isComplete;
            (waiting, _more) = (_more, null);
        }
        waiting?.SetResult();
    }

    /// <summary>Where a reader stands.</summary>
    /// <param name="At">Bytes before it.</param>
    /// <param name="Number">Of the event there, as long as events are skipped.</param>
    private readonly record struct Place(long At, int Number)
    {
        /// <summary>Events that it wanted have gone.</summary>
        public bool IsGone { get; init; }
    }
}
