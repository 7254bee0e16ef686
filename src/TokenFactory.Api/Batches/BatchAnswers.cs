using TokenFactory.Api.Files;

namespace TokenFactory.Api.Batches;

/// <summary>The two files of a batch, and which lines are in them. One thread at a time appends; any may ask.</summary>
internal sealed class BatchAnswers : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _done = [];
    private readonly BatchRun _run;

    /// <summary>Opens both files, and repairs what a crash left half written.</summary>
    public BatchAnswers(BatchRun run, FileFolder folder)
    {
        _run = run;
        byte[] head = AnswerLine.HeadOf(run.Batch);
        Output = AnswerFile.Open(folder.PathOf(run.Batch.OutputFileId), head, number => _done.Add(number));
        try
        {
            Errors = AnswerFile.Open(folder.PathOf(run.Batch.ErrorFileId), head, number => _done.Add(number));
        }
        catch
        {
            Output.Dispose();
            throw;
        }
        run.Count(Output.Lines, Errors.Lines);
    }

    public AnswerFile Output { get; }

    public AnswerFile Errors { get; }

    /// <summary>Lines in both files.</summary>
    public int Count => Output.Lines + Errors.Lines;

    public bool Has(int number)
    {
        lock (_lock)
        {
            return _done.Contains(number);
        }
    }

    /// <summary>Appends lines, and returns once they are on the disk.</summary>
    /// <exception cref="IOException">The disk does not take them; of each file all are there or none, and a second call writes what is missing.</exception>
    public void Append(IReadOnlyList<(int Number, AnswerLine Line)> lines)
    {
        Append(Output, [.. lines.Where(line => line.Line.IsSuccess && !Has(line.Number))]);
        Append(Errors, [.. lines.Where(line => !line.Line.IsSuccess && !Has(line.Number))]);
        _run.Count(Output.Lines, Errors.Lines);
    }

    public void Dispose()
    {
        Output.Dispose();
        Errors.Dispose();
    }

    private void Append(AnswerFile file, (int Number, AnswerLine Line)[] lines)
    {
        file.Append(Array.ConvertAll(lines, line => line.Line.Bytes));
        lock (_lock)
        {
            foreach ((int number, _) in lines)
            {
                _done.Add(number);
            }
        }
    }
}
