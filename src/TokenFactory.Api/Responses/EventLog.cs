using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Streaming;

namespace TokenFactory.Api.Responses;

/// <summary>
/// The events of a response that is computed in the background: written once, read by any number of clients from any event on. One
/// thread writes; readers are safe on any. What was flushed never changes.
/// </summary>
internal sealed class EventLog : PipeWriter
{
    private static readonly byte[] EventEnd = [.. "\n\n"u8];

    private readonly Lock _lock = new();
    private byte[] _bytes = new byte[4096];
    private int _written;
    private int _flushed;
    private bool _isComplete;
    private TaskCompletionSource? _more;

    /// <summary>What it takes, once it is complete.</summary>
    public long Bytes => _bytes.Length;

    public override void Advance(int bytes) => _written += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = _written + Math.Max(1, sizeHint);
        if (needed > _bytes.Length)
        {
            byte[] larger = new byte[Math.Max(needed, 2 * _bytes.Length)];
            _bytes.AsSpan(0, _written).CopyTo(larger);
            lock (_lock)
            {
                // Who reads the old one reads on in it up to where it was flushed.
                _bytes = larger;
            }
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

    /// <summary>Sends the events as they come, until the last or until the client leaves.</summary>
    /// <param name="context">The request; its response has not begun.</param>
    /// <param name="after">The number of the event before the first that is wanted; -1: all are.</param>
    /// <param name="keepAlive">How long to be silent at most.</param>
    public async Task SendAsync(HttpContext context, int after, TimeSpan keepAlive)
    {
        await SseResponse.StartAsync(context);
        using SseWriter sse = new(context.Response.BodyWriter);
        int at = 0;
        for (int skipped = 0; !context.RequestAborted.IsCancellationRequested;)
        {
            (ReadOnlyMemory<byte> fresh, Task more, bool isLast) = Look(at);
            at += fresh.Length;
            for (; skipped <= after && fresh.Span.IndexOf(EventEnd) is >= 0 and int end; skipped++)
            {
                fresh = fresh[(end + EventEnd.Length)..];
            }
            if (skipped > after && !fresh.IsEmpty)
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
    private (ReadOnlyMemory<byte> Fresh, Task More, bool IsLast) Look(int at)
    {
        lock (_lock)
        {
            if (_isComplete)
            {
                return (_bytes.AsMemory(at.._flushed), Task.CompletedTask, true);
            }
            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (_bytes.AsMemory(at.._flushed), _more.Task, false);
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
}
