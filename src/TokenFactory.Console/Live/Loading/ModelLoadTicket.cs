namespace TokenFactory.Web.Live.Loading;

/// <summary>A loader's hold on its entry of the <see cref="ModelLoadBoard"/>.</summary>
public sealed class ModelLoadTicket
{
    private readonly ModelLoadBoard _board;
    private readonly ModelLoadBoard.Entry _entry;

    internal ModelLoadTicket(ModelLoadBoard board, ModelLoadBoard.Entry entry)
    {
        _board = board;
        _entry = entry;
    }

    /// <summary>The load on the board.</summary>
    public Guid Id => _entry.Load.Id;

    /// <summary>Says what is being done now, and how the whole stands.</summary>
    /// <param name="stage">In words for people.</param>
    /// <param name="fraction">How much of the stage is done, 0 to 1; null where unknown.</param>
    /// <param name="whole">How much of the whole is done, 0 to 1.</param>
    /// <param name="steps">Where each part stands.</param>
    public void Report(string stage, double? fraction, double whole, IReadOnlyList<LoadStep> steps) =>
        _board.Update(_entry, load => load with { Stage = stage, Fraction = fraction, Whole = Math.Max(load.Whole ?? 0, whole), Steps = steps });

    /// <summary>Says that the load was called off and ends as soon as it can.</summary>
    public void MarkCancelling() => _board.Update(_entry, load => load with { IsCancelling = true });

    /// <summary>Says what is being done now.</summary>
    /// <param name="stage">In words for people.</param>
    /// <param name="fraction">How much of the stage is done, 0 to 1; null where unknown.</param>
    public void Report(string stage, double? fraction = null) =>
        _board.Update(_entry, load => load with { Stage = stage, Fraction = fraction is { } share ? Math.Clamp(share, 0, 1) : null });

    /// <summary>Leaves the reason on the board.</summary>
    /// <param name="reason">What is wrong and what to do.</param>
    public void Fail(string reason) => _board.Update(_entry, load => load with { Failure = reason, Fraction = null });

    /// <summary>Takes the entry off the board: the model serves.</summary>
    public void Complete() => _board.Remove(_entry);
}
