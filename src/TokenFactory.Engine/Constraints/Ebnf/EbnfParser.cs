using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.Ebnf;

/// <summary>Reads the rules of a grammar; mentions of rules stay names.</summary>
internal sealed class EbnfParser
{
    private readonly EbnfScanner _scanner;
    private readonly CompileBudget _budget;
    private int _depth;

    private EbnfParser(string source, CompileBudget budget)
    {
        _scanner = new EbnfScanner(source);
        _budget = budget;
    }

    /// <exception cref="ConstraintException">The text is no grammar; the path is a line and column.</exception>
    public static IReadOnlyDictionary<string, Expression> Parse(string source, CompileBudget budget)
    {
        EbnfParser parser = new(source, budget);
        Dictionary<string, Expression> rules = new(StringComparer.Ordinal);
        EbnfScanner scanner = parser._scanner;
        scanner.SkipBlanks();
        while (!scanner.IsAtEnd)
        {
            int start = scanner.Position;
            string name = scanner.ReadName();
            if (name.Length == 0)
                throw scanner.Error("a rule begins with its name");
            scanner.SkipBlanks();
            if (!scanner.TryTake("::="))
                throw scanner.Error("a rule's name is followed by ::=");
            if (!rules.TryAdd(name, parser.ReadChoice()))
                throw scanner.Error($"there is more than one rule named '{name}'", start);
            scanner.SkipBlanks();
        }
        return rules;
    }

    private Expression ReadChoice()
    {
        _budget.CheckNesting(++_depth, _scanner.Place());
        List<Expression> items = [ReadSequence()];
        while (_scanner.TryTake("|"))
            items.Add(ReadSequence());
        _depth--;
        return items.Count == 1 ? items[0] : new Expression.Choice(items);
    }

    private Expression ReadSequence()
    {
        List<Expression> items = [];
        while (true)
        {
            _scanner.SkipBlanks();
            if (_scanner.IsAtEnd || _scanner.Current is '|' or ')' || _scanner.IsAtRule())
                break;
            _budget.Spend(1);
            items.Add(ReadRepeat(ReadAtom()));
        }
        return items.Count == 1 ? items[0] : new Expression.Sequence(items);
    }

    private Expression ReadAtom()
    {
        int start = _scanner.Position;
        if (_scanner.TryTake("\""))
            return ReadString('"', start);
        if (_scanner.TryTake("'"))
            return ReadString('\'', start);
        if (_scanner.TryTake("["))
            return new Expression.Characters(ReadClass(start));
        if (_scanner.TryTake("."))
            return new Expression.Characters(CodePointSet.All);
        if (_scanner.TryTake("("))
        {
            Expression inner = ReadChoice();
            return _scanner.TryTake(")") ? inner : throw _scanner.Error("a parenthesis that is never closed", start);
        }
        string place = _scanner.Place();
        string name = _scanner.ReadName();
        return name.Length > 0 ? new Expression.Reference(name, place) : throw _scanner.Error($"'{_scanner.Current}' does not belong here");
    }

    private Expression.Sequence ReadString(char quote, int start)
    {
        List<Expression> items = [];
        while (true)
        {
            if (_scanner.IsAtEnd || _scanner.Current == '\n')
                throw _scanner.Error("a string that never ends", start);
            if (_scanner.Current == quote)
                break;
            int codePoint = _scanner.TryTake("\\") ? _scanner.ReadEscape() : _scanner.ReadCodePoint();
            items.Add(new Expression.Characters(CodePointSet.Of(codePoint)));
        }
        _scanner.Position++;
        return new Expression.Sequence(items);
    }

    private CodePointSet ReadClass(int start)
    {
        bool isNegated = _scanner.TryTake("^");
        List<CodePointSet.Range> ranges = [];
        while (!_scanner.TryTake("]"))
        {
            if (_scanner.IsAtEnd)
                throw _scanner.Error("a bracket that is never closed", start);
            if (TryReadNamedClass() is { } named)
            {
                ranges.AddRange(named.Ranges);
                continue;
            }
            int low = ReadMember();
            int high = low;
            if (!_scanner.IsAtEnd && _scanner.Current == '-' && !_scanner.IsNext("-]"))
            {
                _scanner.Position++;
                if (_scanner.IsAtEnd)
                    throw _scanner.Error("a bracket that is never closed", start);
                high = ReadMember();
            }
            if (high < low)
                throw _scanner.Error("a range that is out of order", start);
            ranges.Add(new CodePointSet.Range(low, high));
        }
        CodePointSet set = CodePointSet.FromRanges(ranges);
        return isNegated ? set.Complement() : set;
    }

    private CodePointSet? TryReadNamedClass() =>
        _scanner.TryTake("\\d") ? CharacterClasses.Digit
        : _scanner.TryTake("\\w") ? CharacterClasses.Word
        : _scanner.TryTake("\\s") ? CharacterClasses.Space
        : null;

    private int ReadMember() => _scanner.TryTake("\\") ? _scanner.ReadEscape() : _scanner.ReadCodePoint();

    private Expression ReadRepeat(Expression item)
    {
        while (true)
        {
            _scanner.SkipBlanks();
            if (_scanner.TryTake("*"))
                item = new Expression.Repeat(item, 0, null);
            else if (_scanner.TryTake("+"))
                item = new Expression.Repeat(item, 1, null);
            else if (_scanner.TryTake("?"))
                item = new Expression.Repeat(item, 0, 1);
            else if (!_scanner.IsAtEnd && _scanner.Current == '{')
                item = ReadBraces(item);
            else
                return item;
        }
    }

    private Expression.Repeat ReadBraces(Expression item)
    {
        int start = _scanner.Position++;
        _scanner.SkipBlanks();
        long? least = _scanner.ReadInteger();
        _scanner.SkipBlanks();
        long? most = least;
        if (_scanner.TryTake(","))
        {
            _scanner.SkipBlanks();
            most = _scanner.ReadInteger();
            _scanner.SkipBlanks();
        }
        if (!_scanner.TryTake("}") || (least is null && most is null))
            throw _scanner.Error("bounds are written {n}, {n,} or {n,m}", start);
        _budget.CheckRepeats(Math.Max(least ?? 0, most ?? 0), _scanner.Place());
        if (most < least)
            throw _scanner.Error("bounds that are out of order", start);
        return new Expression.Repeat(item, (int)(least ?? 0), (int?)most);
    }
}
