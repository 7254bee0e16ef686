namespace TokenFactory.Web.Live.Loading;

/// <summary>A model on its way into the engine, or one that did not get there.</summary>
/// <param name="Model">The name under which it is to be served.</param>
/// <param name="Stage">What is being done, for people: <c>Reading weights</c>.</param>
/// <param name="Fraction">How much of the stage is done, 0 to 1; null where nobody can say.</param>
/// <param name="Failure">Why it was given up, and what to do; null while it goes on.</param>
/// <param name="Since">When loading began.</param>
public sealed record ModelLoad(string Model, string Stage, double? Fraction, string? Failure, DateTimeOffset Since)
{
    /// <summary>Unique on the board.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();

    /// <summary>The folder that is read; null where the loader does not say.</summary>
    public string? Folder { get; init; }

    /// <summary>How much of the whole is done, 0 to 1; null where nobody can say.</summary>
    public double? Whole { get; init; }

    /// <summary>What has to be done, in order, for the replica under way; empty where the loader does not say.</summary>
    public IReadOnlyList<LoadStep> Steps { get; init; } = [];

    /// <summary>Whether it was called off and ends as soon as it can.</summary>
    public bool IsCancelling { get; init; }

    public bool Equals(ModelLoad? other) =>
        other is not null && Id == other.Id && Stage == other.Stage && Fraction.Equals(other.Fraction) && Failure == other.Failure
        && Whole.Equals(other.Whole) && IsCancelling == other.IsCancelling && Steps.SequenceEqual(other.Steps);

    public override int GetHashCode() => HashCode.Combine(Id, Stage, Failure);
}

/// <summary>Where a part of a load stands.</summary>
public enum LoadStepState
{
    Ahead,
    UnderWay,
    Done,

    /// <summary>There was nothing to do: the converted weights were on the disk already.</summary>
    LeftOut,
}

/// <summary>A part of a load.</summary>
/// <param name="Name">In words: <c>Quantise</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Since">When it began; null before.</param>
/// <param name="Took">How long it took; null until it is done.</param>
public sealed record LoadStep(string Name, LoadStepState State, DateTimeOffset? Since = null, TimeSpan? Took = null);
