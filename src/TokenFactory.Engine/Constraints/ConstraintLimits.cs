namespace TokenFactory.Engine.Constraints;

/// <summary>What a constraint may cost. Whatever passes one of these is refused with a <see cref="ConstraintException"/>.</summary>
public sealed record ConstraintLimits
{
    public static ConstraintLimits Default { get; } = new();

    /// <summary>Longest source, in UTF-8 bytes.</summary>
    public int MostSourceBytes { get; init; } = 256 * 1024;

    /// <summary>Deepest nesting of groups in an expression or of schemas in a schema.</summary>
    public int MostNesting { get; init; } = 64;

    /// <summary>Largest bound of a repetition: <c>{n,m}</c>, string lengths, item and property counts.</summary>
    public int MostRepeats { get; init; } = 2_000;

    /// <summary>Most values in one <c>enum</c>.</summary>
    public int MostEnumValues { get; init; } = 5_000;

    /// <summary>Most combinations of the branches of <c>anyOf</c>, <c>oneOf</c> and <c>allOf</c> in one place.</summary>
    public int MostAlternatives { get; init; } = 256;

    /// <summary>Units of work in a compilation: about one for each automaton state or edge that is made, in any stage.</summary>
    public long MostWork { get; init; } = 4_000_000;

    /// <summary>How deep values nest where a schema allows any JSON.</summary>
    public int MostFreeDepth { get; init; } = 16;

    /// <summary>Configurations that are remembered for one constraint before all are forgotten and made anew.</summary>
    public int MostConfigurations { get; init; } = 50_000;

    /// <summary>Bytes of masks that are remembered for one constraint before all are forgotten and made anew.</summary>
    public long MostMaskBytes { get; init; } = 64L << 20;
}
