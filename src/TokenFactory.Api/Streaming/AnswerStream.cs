using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Streaming;

/// <summary>
/// Streams the generations of a request as they come. Each is read by a task of its own, and whatever gathered since it last looked
/// becomes one chunk, so that a client or a server that falls behind gets fewer and larger chunks.
/// </summary>
internal sealed class AnswerStream : IDisposable
{
    private readonly HttpContext _context;
    private readonly GenerationSet _set;
    private readonly SseWriter _sse;
    private readonly AnswerWriter _chunks;
    private readonly TimeSpan _keepAlive;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _begun = new();
    private ApiException? _failure;

    private AnswerStream(HttpContext context, GenerationSet set, SseWriter sse, AnswerWriter chunks, TimeSpan keepAlive)
    {
        _context = context;
        _set = set;
        _sse = sse;
        _chunks = chunks;
        _keepAlive = keepAlive;
    }

    /// <summary>Streams an answer to its end. A client that goes away cancels its generations.</summary>
    /// <param name="context">The request; its response has not begun.</param>
    /// <param name="set">The generations.</param>
    /// <param name="format">Makes the writer of events.</param>
    /// <param name="keepAlive">How long to be silent at most before the first token.</param>
    /// <exception cref="ApiException">It failed before anything was sent; later failures are sent as an event.</exception>
    public static async Task RunAsync(HttpContext context, GenerationSet set, Func<SseWriter, AnswerWriter> format, TimeSpan keepAlive)
    {
        using SseWriter sse = new(context.Response.BodyWriter);
        using AnswerStream stream = new(context, set, sse, format(sse), keepAlive);
        using CancellationTokenRegistration departure = context.RequestAborted.UnsafeRegister(static set => ((GenerationSet)set!).Cancel(), set);
        try
        {
            await stream.RunAsync();
        }
        catch
        {
            // Nobody reads on.
            set.Cancel();
            throw;
        }
    }

    public void Dispose()
    {
        _begun.Dispose();
        _turn.Dispose();
    }

    private async Task RunAsync()
    {
        Task keepAlive = KeepAliveAsync(_begun.Token);
        Task pumps = _set.Items.Count == 1 ? PumpAsync(0) : Task.WhenAll(Enumerable.Range(0, _set.Items.Count).Select(PumpAsync));
        try
        {
            await pumps;
        }
        finally
        {
            _begun.Cancel();
            await keepAlive;
        }
        if (_context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        if (_failure is null)
        {
            await _chunks.KeepAsync(_set.Usage);
            _chunks.WriteEnd(_set.Usage);
        }
        else if (_context.Response.HasStarted)
        {
            _chunks.WriteFailure(_failure);
        }
        else
        {
            throw _failure;
        }
        await _sse.FlushAsync();
    }

    private async Task PumpAsync(int index)
    {
        Generation generation = _set.Items[index];
        GenerationDelta delta = new();
        bool started = false;
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            await _turn.WaitAsync();
            try
            {
                if (!started)
                {
                    started = true;
                    await BeginAsync();
                    _chunks.WriteStart(index);
                    _chunks.WriteDelta(index, delta);
                }
                else if (!_chunks.WriteDelta(index, delta))
                {
                    continue;
                }
                FlushResult flushed = await _sse.FlushAsync();
                if (flushed.IsCompleted)
                {
                    generation.Cancel();
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        await FinishAsync(index, generation.Outcome!);
    }

    private async Task FinishAsync(int index, GenerationOutcome outcome)
    {
        await _turn.WaitAsync();
        try
        {
            if (EngineErrors.From(outcome) is { } error)
            {
                _failure ??= error;
                _set.Cancel();
                return;
            }
            await BeginAsync();
            _chunks.WriteFinish(index, outcome);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the wait for the first token.</summary>
    private Task BeginAsync()
    {
        if (_begun.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }
        _begun.Cancel();
        return SseResponse.StartAsync(_context);
    }

    /// <summary>Keeps the connection alive until the first token, by one timer.</summary>
    private async Task KeepAliveAsync(CancellationToken begun)
    {
        using PeriodicTimer timer = new(_keepAlive);
        try
        {
            while (await timer.WaitForNextTickAsync(begun))
            {
                await _turn.WaitAsync(begun);
                try
                {
                    await SseResponse.StartAsync(_context);
                    _chunks.WriteKeepAlive();
                    await _sse.FlushAsync();
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The answer has begun, or ended before it did.
        }
    }
}
