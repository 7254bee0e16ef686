using TokenFactory.Api.Files;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Api.Batches;

/// <summary>The end of a batch: every line is in one of its files, and the files become its tenant's.</summary>
internal sealed class BatchFinish(FileFolder folder, ApiOptions options, TimeProvider clock)
{
    /// <summary>Lines that are written together.</summary>
    private const int Group = 1000;

    /// <summary>Writes the lines that were not computed to the file of errors, each with the reason.</summary>
    public async Task FillAsync(BatchRun run, BatchAnswers answers)
    {
        if (answers.Count >= run.Batch.Total)
        {
            return;
        }
        (string code, string message) = run.End.Reason == EndReason.Cancelled
            ? ("batch_cancelled", "The batch was cancelled before this request was done.")
            : ("batch_expired", "The batch's time was over before this request was done.");
        List<(int Number, AnswerLine Line)> group = [];
        await using InputReader reader = InputReader.Open(folder.PathOf(run.Batch.InputFileId), options.Batches.MaxLineBytes);
        while (await reader.ReadAsync(CancellationToken.None) is { } line)
        {
            if (!answers.Has(line.Number))
            {
                RequestLine.TryRead(line, run.Batch.Endpoint, out RequestLine? request);
                group.Add((line.Number, AnswerLine.Unanswered(run.Batch.LineId(line.Number), request?.CustomId ?? "", code, message)));
            }
            if (group.Count == Group)
            {
                answers.Append(group);
                group.Clear();
            }
        }
        answers.Append(group);
    }

    /// <summary>Closes a batch to those who would cancel it.</summary>
    /// <returns>False: it was cancelled already.</returns>
    public bool TryBegin(Batch batch)
    {
        if (batch.State == BatchState.Cancelling)
        {
            return false;
        }
        batch.State = BatchState.Finalizing;
        batch.FinalizingAt ??= clock.GetUtcNow();
        return true;
    }

    public bool End(Batch batch, BatchRun run, BatchAnswers answers)
    {
        DateTimeOffset now = clock.GetUtcNow();
        (batch.Completed, batch.Failed) = (answers.Output.Lines, answers.Errors.Lines);
        if (batch.State == BatchState.Cancelling)
        {
            (batch.State, batch.CancelledAt) = (BatchState.Cancelled, now);
        }
        else if (run.End.Reason == EndReason.Expired)
        {
            (batch.State, batch.ExpiredAt) = (BatchState.Expired, now);
        }
        else
        {
            (batch.State, batch.CompletedAt) = (BatchState.Completed, now);
        }
        return true;
    }

    /// <summary>The files that the tenant gets: those that hold anything.</summary>
    public IReadOnlyList<StoredFile> FilesOf(Batch batch, BatchAnswers answers) =>
        [.. Contents(batch, answers).Where(content => content.File.Lines > 0).Select(content => ToFile(batch, content.Id, content.Kind, content.File.Bytes))];

    public void DeleteEmpty(Batch batch, BatchAnswers answers)
    {
        foreach ((string id, _, AnswerFile file) in Contents(batch, answers))
        {
            if (file.Lines == 0)
            {
                folder.Delete(id);
            }
        }
    }

    private static (string Id, string Kind, AnswerFile File)[] Contents(Batch batch, BatchAnswers answers) =>
        [(batch.OutputFileId, "output", answers.Output), (batch.ErrorFileId, "error", answers.Errors)];

    private StoredFile ToFile(Batch batch, string id, string kind, long bytes)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return new StoredFile
        {
            Id = id,
            TenantId = batch.TenantId,
            Name = $"{batch.Id}_{kind}.jsonl",
            Purpose = FilePurposes.BatchOutput,
            Bytes = bytes,
            CreatedAt = now,
            ExpiresAt = batch.OutputSeconds is { } seconds ? now.AddSeconds(seconds) : null,
        };
    }
}
