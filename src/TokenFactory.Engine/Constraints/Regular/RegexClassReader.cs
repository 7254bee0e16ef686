namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>Reads a class in square brackets, after the opening one.</summary>
internal sealed class RegexClassReader(RegexParser parser)
{
    public CodePointSet Read()
    {
        int start = parser.Position - 1;
        bool isNegated = parser.TryTake('^');
        List<CodePointSet.Range> ranges = [];
        while (!parser.TryTake(']'))
        {
            if (parser.IsFinished)
                throw parser.Error("a bracket that is never closed", start);
            ReadItem(ranges);
        }
        CodePointSet set = CodePointSet.FromRanges(ranges);
        return isNegated ? set.Complement() : set;
    }

    private void ReadItem(List<CodePointSet.Range> ranges)
    {
        int start = parser.Position;
        if (parser.IsNext("[:"))
            throw parser.Error("POSIX classes are not supported; use \\d, \\w, \\s or a range", start);
        CodePointSet low = ReadMember();
        if (!parser.IsNext("-") || parser.IsNext("-]"))
        {
            ranges.AddRange(low.Ranges);
            return;
        }
        parser.TryTake('-');
        if (parser.IsFinished)
            throw parser.Error("a range without its end", start);
        CodePointSet high = ReadMember();
        if (!TryGetSingle(low, out int first) || !TryGetSingle(high, out int last))
            throw parser.Error("a range from or to a class; put the hyphen first or escape it", start);
        if (last < first)
            throw parser.Error("a range that is out of order", start);
        ranges.Add(new CodePointSet.Range(first, last));
    }

    private CodePointSet ReadMember() => parser.TryTake('\\') ? parser.ReadEscape(isInClass: true) : CodePointSet.Of(parser.ReadCodePoint());

    private static bool TryGetSingle(CodePointSet set, out int codePoint)
    {
        ReadOnlySpan<CodePointSet.Range> ranges = set.Ranges;
        codePoint = ranges.Length == 1 ? ranges[0].Low : 0;
        return ranges.Length == 1 && ranges[0].Low == ranges[0].High;
    }
}
