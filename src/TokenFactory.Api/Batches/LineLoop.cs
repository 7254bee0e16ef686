using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Files;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Batches;

/// <summary>
/// Computes the lines of batches: a bounded number is under way, each holds its place until its answer is on the disk. An answer is
/// written after its row is in the ledger. So whatever is in a file was counted; and a line that was counted and is not in a file is
/// computed again under the same key, which counts nothing.
/// </summary>
internal sealed partial class LineLoop(
    LineSender sender, LinePatience patience, LedgerWriter ledger, FileFolder folder, ApiOptions options, TimeProvider clock, ILogger<LineLoop> log)
{
    /// <summary>Until what failed is tried again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Computes what is not in the files yet; returns when all of it is, or the run has ended and nothing is under way any more.</summary>
    public async Task RunAsync(BatchRun run, BatchAnswers answers)
    {
        int places = options.Batches.LinesUnderWay;
        using SemaphoreSlim free = new(places);
        using SemaphoreSlim room = new(0);
        Channel<(int Number, AnswerLine Line)> done = Channel.CreateUnbounded<(int, AnswerLine)>(new UnboundedChannelOptions { SingleReader = true });
        Task writing = Task.Run(() => WriteAsync(run, answers, done.Reader, free));
        try
        {
            await SendAsync(run, answers, done.Writer, free, room);
        }
        finally
        {
            for (int i = 0; i < places; i++)
            {
                await free.WaitAsync(CancellationToken.None);
            }
            done.Writer.Complete();
            await writing;
        }
    }

    private async Task SendAsync(
        BatchRun run, BatchAnswers answers, ChannelWriter<(int Number, AnswerLine Line)> done, SemaphoreSlim free, SemaphoreSlim room)
    {
        CancellationToken end = run.End.Token;
        try
        {
            await using InputReader reader = InputReader.Open(folder.PathOf(run.Batch.InputFileId), options.Batches.MaxLineBytes);
            while (true)
            {
                await free.WaitAsync(end);
                if (await NextAsync(reader, answers, end) is not { } line)
                {
                    free.Release();
                    return;
                }
                _ = Task.Run(
                    async () =>
                    {
                        if (await AnswerAsync(run, line, room) is { } answer)
                        {
                            Wake(room);
                            done.TryWrite((line.Number, answer));
                        }
                        else
                        {
                            free.Release();
                        }
                    },
                    CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // What is under way is being broken off too.
        }
    }

    private static async ValueTask<InputLine?> NextAsync(InputReader reader, BatchAnswers answers, CancellationToken end)
    {
        try
        {
            while (await reader.ReadAsync(end) is { } line)
            {
                if (!answers.Has(line.Number))
                {
                    return line;
                }
            }
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A line that ends makes room in whatever was full: one that waits need not wait longer.</summary>
    private static void Wake(SemaphoreSlim room)
    {
        if (room.CurrentCount == 0)
        {
            room.Release();
        }
    }

    /// <returns>Null where the run ended first.</returns>
    private async Task<AnswerLine?> AnswerAsync(BatchRun run, InputLine line, SemaphoreSlim room)
    {
        string id = run.Batch.LineId(line.Number);
        string customId = "";
        try
        {
            if (RequestLine.TryRead(line, run.Batch.Endpoint, out RequestLine? request) is { } error)
            {
                return AnswerLine.Unanswered(id, customId, error.Code, error.Message);
            }
            customId = request!.CustomId;
            ActingKey acting = new(run.Batch.KeyId, run.Batch.TenantId, id, run.End);
            while (true)
            {
                LineAnswer answer = await sender.SendAsync(run.Batch.Endpoint, request.Body, acting, run.End.Token);
                if (patience.WaitAfter(answer, run.Batch, request.Model) is not { } wait)
                {
                    return AnswerLine.Of(id, customId, answer);
                }
                await room.WaitAsync(wait, run.End.Token);
            }
        }
        catch (OperationCanceledException) when (run.End.Reason != EndReason.None)
        {
            return null;
        }
        catch (Exception problem)
        {
            LogFailed(problem, id);
            return AnswerLine.Unanswered(id, customId, "internal_error", $"The server failed on this line. Its log has the details under {id}.");
        }
    }

    /// <summary>Writes what is done, all that has gathered at once.</summary>
    private async Task WriteAsync(BatchRun run, BatchAnswers answers, ChannelReader<(int Number, AnswerLine Line)> done, SemaphoreSlim free)
    {
        List<(int Number, AnswerLine Line)> group = [];
        while (await done.WaitToReadAsync())
        {
            while (done.TryRead(out (int Number, AnswerLine Line) line))
            {
                group.Add(line);
            }
            while (!await TryKeepAsync(answers, group) && run.End.Reason != EndReason.Stopped)
            {
                await Task.Delay(Pause, clock, CancellationToken.None);
            }
            free.Release(group.Count);
            group.Clear();
        }
    }

    private async Task<bool> TryKeepAsync(BatchAnswers answers, List<(int Number, AnswerLine Line)> group)
    {
        try
        {
            if (!await ledger.FlushAsync())
            {
                return false;
            }
            answers.Append(group);
            return true;
        }
        catch (Exception problem)
        {
            LogNotWritten(problem);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "The line {Line} of a batch failed.")]
    private partial void LogFailed(Exception problem, string line);

    [LoggerMessage(LogLevel.Error, "Answers of a batch cannot be written to the disk; it is tried again.")]
    private partial void LogNotWritten(Exception problem);
}
