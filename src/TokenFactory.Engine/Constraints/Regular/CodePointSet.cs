namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>A set of Unicode scalar values: all code points but surrogates. Immutable.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int Last = 0x10FFFF;

    private readonly Range[] _ranges;

    private CodePointSet(Range[] ranges) => _ranges = ranges;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = FromRanges([new Range(0, Last)]);

    /// <summary>Disjoint ranges in rising order, none touching the next.</summary>
    public ReadOnlySpan<Range> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    public static CodePointSet Of(int low, int high) => FromRanges([new Range(low, high)]);

    public static CodePointSet Of(int codePoint) => Of(codePoint, codePoint);

    /// <summary>The union of ranges in any order; surrogates are left out.</summary>
    public static CodePointSet FromRanges(IEnumerable<Range> ranges)
    {
        List<Range> merged = [];
        foreach (Range range in ranges.SelectMany(WithoutSurrogates).OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1)
                merged[^1] = new Range(merged[^1].Low, Math.Max(merged[^1].High, range.High));
            else
                merged.Add(range);
        }
        return new CodePointSet([.. merged]);
    }

    public bool Contains(int codePoint) => Array.Exists(_ranges, range => range.Low <= codePoint && codePoint <= range.High);

    public CodePointSet Union(CodePointSet other) => FromRanges([.. _ranges, .. other._ranges]);

    public CodePointSet Complement()
    {
        List<Range> gaps = [];
        int next = 0;
        foreach (Range range in _ranges)
        {
            if (range.Low > next)
                gaps.Add(new Range(next, range.Low - 1));
            next = range.High + 1;
        }
        if (next <= Last)
            gaps.Add(new Range(next, Last));
        return FromRanges(gaps);
    }

    public CodePointSet Intersect(CodePointSet other)
    {
        List<Range> common = [];
        int i = 0;
        int j = 0;
        while (i < _ranges.Length && j < other._ranges.Length)
        {
            int low = Math.Max(_ranges[i].Low, other._ranges[j].Low);
            int high = Math.Min(_ranges[i].High, other._ranges[j].High);
            if (low <= high)
                common.Add(new Range(low, high));
            if (_ranges[i].High < other._ranges[j].High)
                i++;
            else
                j++;
        }
        return new CodePointSet([.. common]);
    }

    public CodePointSet Except(CodePointSet other) => Intersect(other.Complement());

    public bool Equals(CodePointSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (Range range in _ranges)
            hash.Add(range);
        return hash.ToHashCode();
    }

    private static IEnumerable<Range> WithoutSurrogates(Range range)
    {
        if (range.High < FirstSurrogate || range.Low > LastSurrogate)
        {
            yield return range;
            yield break;
        }
        if (range.Low < FirstSurrogate)
            yield return new Range(range.Low, FirstSurrogate - 1);
        if (range.High > LastSurrogate)
            yield return new Range(LastSurrogate + 1, range.High);
    }

    /// <param name="Low">Least code point.</param>
    /// <param name="High">Greatest code point, inclusive.</param>
    internal readonly record struct Range(int Low, int High);
}
