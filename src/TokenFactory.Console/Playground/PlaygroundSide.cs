using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Playground.Parameters;

namespace TokenFactory.Web.Playground;

/// <summary>Which of the compared answers; alone, it is the left.</summary>
public enum Side
{
    Left,
    Right,
}

/// <summary>What one side's answers are made with. Immutable.</summary>
public sealed record PlaygroundSide
{
    /// <summary>The model that was chosen; null: the first that serves.</summary>
    public string? Model { get; init; }

    public ParameterSet Parameters { get; init; } = ParameterSet.Empty;

    /// <summary>The lane that its requests wait in.</summary>
    public Lane Lane { get; init; } = Lane.Interactive;

    /// <summary>The system prompt; empty for none. Completions have none.</summary>
    public string System { get; init; } = "";
}
