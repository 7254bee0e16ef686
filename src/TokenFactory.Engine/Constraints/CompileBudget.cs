namespace TokenFactory.Engine.Constraints;

/// <summary>Counts the work of one compilation, ends it where it passes its limit, and hears of its cancellation.</summary>
internal sealed class CompileBudget(ConstraintLimits limits, CancellationToken cancellation)
{
    private const int CheckEvery = 1024;

    private long _spent;
    private int _sinceCheck;

    public ConstraintLimits Limits { get; } = limits;

    /// <summary>Where the compilation is in its source, for the error of whatever costs too much.</summary>
    public string Path { get; set; } = "";

    /// <exception cref="ConstraintException">The limit is passed.</exception>
    /// <exception cref="OperationCanceledException">The compilation is no longer wanted.</exception>
    public void Spend(int work)
    {
        _spent += work;
        if (_spent > Limits.MostWork)
            throw new ConstraintException(Path, "this costs too much to compile; use smaller bounds, fewer alternatives or simpler patterns");
        _sinceCheck += work;
        if (_sinceCheck >= CheckEvery)
        {
            _sinceCheck = 0;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <exception cref="ConstraintException">A source is longer than allowed.</exception>
    public void CheckSource(int bytes)
    {
        if (bytes > Limits.MostSourceBytes)
            throw new ConstraintException("", $"it has {bytes} bytes; at most {Limits.MostSourceBytes} are allowed");
    }

    /// <exception cref="ConstraintException">A bound is larger than allowed.</exception>
    public void CheckRepeats(long bound, string path)
    {
        if (bound > Limits.MostRepeats)
            throw new ConstraintException(path, $"the bound {bound} is too large; use at most {Limits.MostRepeats} or leave it out");
    }

    /// <exception cref="ConstraintException">Something nests deeper than allowed.</exception>
    public void CheckNesting(int depth, string path)
    {
        if (depth > Limits.MostNesting)
            throw new ConstraintException(path, $"it nests deeper than {Limits.MostNesting}; make it flatter");
    }
}
