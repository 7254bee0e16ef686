namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>An end of a range of numbers.</summary>
/// <param name="Value">Where it is.</param>
/// <param name="IsExclusive">Whether the value itself is outside.</param>
internal readonly record struct NumberBound(JsonNumber Value, bool IsExclusive);

/// <summary>A range of numbers.</summary>
/// <param name="Least">Null where it has no lower end.</param>
/// <param name="Most">Null where it has no upper end.</param>
/// <param name="IsInteger">Whether only integers count.</param>
internal readonly record struct NumberRange(NumberBound? Least, NumberBound? Most, bool IsInteger)
{
    public NumberRange AtLeast(NumberBound bound) =>
        Least is not { } known || bound.Value.CompareTo(known.Value) is int order && (order > 0 || (order == 0 && bound.IsExclusive)) ? this with { Least = bound } : this;

    public NumberRange AtMost(NumberBound bound) =>
        Most is not { } known || bound.Value.CompareTo(known.Value) is int order && (order < 0 || (order == 0 && bound.IsExclusive)) ? this with { Most = bound } : this;

    public bool IsUnbounded => Least is null && Most is null;

    /// <summary>Whether it holds no number at all.</summary>
    public bool IsEmpty
    {
        get
        {
            NumberRange range = Tighten();
            return range.Least is { } least && range.Most is { } most
                && (least.Value.CompareTo(most.Value) is int order && (order > 0 || (order == 0 && (least.IsExclusive || most.IsExclusive))));
        }
    }

    public bool Contains(JsonNumber value) =>
        (!IsInteger || value.IsInteger)
        && (Least is not { } least || value.CompareTo(least.Value) is int above && (above > 0 || (above == 0 && !least.IsExclusive)))
        && (Most is not { } most || value.CompareTo(most.Value) is int below && (below < 0 || (below == 0 && !most.IsExclusive)));

    public NumberRange Intersect(NumberRange other)
    {
        NumberRange range = this with { IsInteger = IsInteger || other.IsInteger };
        range = other.Least is { } least ? range.AtLeast(least) : range;
        return other.Most is { } most ? range.AtMost(most) : range;
    }

    /// <summary>The same integers between ends that are integers and inside; a range of all numbers stays as it is.</summary>
    public NumberRange Tighten() => !IsInteger ? this : this with
    {
        Least = Least is { } least ? new NumberBound(Ceiling(least), false) : null,
        Most = Most is { } most ? new NumberBound(Floor(most), false) : null,
    };

    private static JsonNumber Ceiling(NumberBound bound) =>
        bound.Value.IsInteger ? bound.Value.Add(bound.IsExclusive ? 1 : 0) : bound.Value.Floor().Add(1);

    private static JsonNumber Floor(NumberBound bound) =>
        bound.Value.IsInteger ? bound.Value.Add(bound.IsExclusive ? -1 : 0) : bound.Value.Floor();
}
