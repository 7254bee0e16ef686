namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>A rule made deterministic over bytes and calls. State 0 is its start.</summary>
internal sealed class RuleAutomaton
{
    public List<State> States { get; } = [];

    internal sealed class State
    {
        public List<ByteRange> Bytes { get; set; } = [];

        public List<Call> Calls { get; set; } = [];

        public bool IsFinal { get; set; }
    }

    /// <summary>Bytes from <paramref name="Low"/> to <paramref name="High"/>, inclusive, lead to a state.</summary>
    internal readonly record struct ByteRange(byte Low, byte High, int To);

    /// <summary>A match of a rule leads to a state.</summary>
    internal readonly record struct Call(int Rule, int To);
}
