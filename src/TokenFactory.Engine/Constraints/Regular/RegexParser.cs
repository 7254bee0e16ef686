using System.Globalization;
using System.Text;
using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>
/// Reads a regular expression as ECMA-262 defines it with the u flag, and as leniently as without: needless escapes and unpaired closing
/// brackets stand for themselves. What is not regular (look-around, back references) or depends on flags is refused by name and position.
/// </summary>
internal sealed class RegexParser
{
    private readonly string _source;
    private readonly string _path;
    private readonly CompileBudget _budget;
    private int _position;
    private int _depth;

    private RegexParser(string source, string path, CompileBudget budget)
    {
        _source = source;
        _path = path;
        _budget = budget;
    }

    private bool IsAtEnd => _position == _source.Length;

    /// <param name="source">The expression, without slashes around it.</param>
    /// <param name="path">Where it stands, for messages; the position is put after it.</param>
    /// <param name="budget">Limits nesting and bounds.</param>
    /// <exception cref="ConstraintException">It is malformed or not supported.</exception>
    public static Expression Parse(string source, string path, CompileBudget budget)
    {
        RegexParser parser = new(source, path, budget);
        Expression expression = parser.ReadChoice();
        return parser.IsAtEnd ? expression : throw parser.Error("a closing parenthesis without an opening one");
    }

    private Expression ReadChoice()
    {
        _budget.CheckNesting(++_depth, Place());
        List<Expression> items = [ReadSequence()];
        while (TryTake('|'))
            items.Add(ReadSequence());
        _depth--;
        return items.Count == 1 ? items[0] : new Expression.Choice(items);
    }

    private Expression ReadSequence()
    {
        List<Expression> items = [];
        while (!IsAtEnd && Peek() is not ('|' or ')'))
        {
            _budget.Spend(1);
            items.Add(ReadRepeat(ReadAtom()));
        }
        return items.Count == 1 ? items[0] : new Expression.Sequence(items);
    }

    private Expression ReadAtom()
    {
        int start = _position;
        switch (_source[_position++])
        {
            case '^':
                return new Expression.AtStart();
            case '$':
                return new Expression.AtEnd();
            case '.':
                return new Expression.Characters(CharacterClasses.Dot);
            case '[':
                return new Expression.Characters(new RegexClassReader(this).Read());
            case '(':
                return ReadGroup();
            case '\\':
                return new Expression.Characters(ReadEscape(isInClass: false));
            case '*' or '+' or '?':
                throw Error("a repetition of nothing; escape it with \\", start);
            default:
                _position = start;
                return new Expression.Characters(CodePointSet.Of(ReadCodePoint()));
        }
    }

    private Expression ReadGroup()
    {
        int start = _position - 1;
        if (TryTake('?'))
        {
            if (TakeText("=") || TakeText("!"))
                throw Error("look-ahead is not supported; write what may come as alternatives", start);
            if (TakeText("<=") || TakeText("<!"))
                throw Error("look-behind is not supported; write what may come as alternatives", start);
            if (TakeText("<") || TakeText("P<"))
                SkipName(start);
            else if (!TryTake(':'))
                throw Error("this kind of group is not supported; use (...) or (?:...)", start);
        }
        Expression inner = ReadChoice();
        return TryTake(')') ? inner : throw Error("a parenthesis that is never closed", start);
    }

    private void SkipName(int start)
    {
        int end = _source.IndexOf('>', _position);
        if (end < 0)
            throw Error("a group's name that never ends", start);
        _position = end + 1;
    }

    private Expression ReadRepeat(Expression item)
    {
        int start = _position;
        if (IsAtEnd || ReadBounds() is not { } bounds)
            return item;
        if (item is Expression.AtStart or Expression.AtEnd)
            throw Error("a repetition of an anchor", start);

        // A lazy repetition matches the same texts.
        TryTake('?');
        start = _position;
        if (!IsAtEnd && ReadBounds() is not null)
            throw Error("a repetition of a repetition; put the inner one in parentheses", start);
        return new Expression.Repeat(item, bounds.Least, bounds.Most);
    }

    private (int Least, int? Most)? ReadBounds()
    {
        switch (Peek())
        {
            case '*':
                _position++;
                return (0, null);
            case '+':
                _position++;
                return (1, null);
            case '?':
                _position++;
                return (0, 1);
            case '{':
                return ReadBraces();
            default:
                return null;
        }
    }

    /// <summary>Bounds in braces. Braces that hold none stand for themselves.</summary>
    private (int Least, int? Most)? ReadBraces()
    {
        int start = _position++;
        long? least = ReadInteger();
        if (least is null)
        {
            if (!IsAtEnd && Peek() == ',')
                throw Error("a repetition without a lower bound; write {0,n}", start);
            _position = start;
            return null;
        }
        long? most = least;
        if (TryTake(','))
            most = ReadInteger();
        if (!TryTake('}'))
        {
            _position = start;
            return null;
        }
        _budget.CheckRepeats(Math.Max(least.Value, most ?? 0), Place(start));
        if (most < least)
            throw Error("bounds that are out of order", start);
        return ((int)least.Value, (int?)most);
    }

    private long? ReadInteger()
    {
        int start = _position;
        while (!IsAtEnd && char.IsAsciiDigit(Peek()))
            _position++;
        if (_position == start)
            return null;
        return long.TryParse(_source.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : long.MaxValue;
    }

    /// <summary>What follows a backslash.</summary>
    internal CodePointSet ReadEscape(bool isInClass)
    {
        int start = _position - 1;
        if (IsAtEnd)
            throw Error("a backslash at the end", start);
        char letter = _source[_position++];
        return letter switch
        {
            'd' => CharacterClasses.Digit,
            'D' => CharacterClasses.Digit.Complement(),
            'w' => CharacterClasses.Word,
            'W' => CharacterClasses.Word.Complement(),
            's' => CharacterClasses.Space,
            'S' => CharacterClasses.Space.Complement(),
            'p' => ReadProperty(start),
            'P' => ReadProperty(start).Complement(),
            't' => CodePointSet.Of('\t'),
            'n' => CodePointSet.Of('\n'),
            'r' => CodePointSet.Of('\r'),
            'v' => CodePointSet.Of('\v'),
            'f' => CodePointSet.Of('\f'),
            'b' when isInClass => CodePointSet.Of('\b'),
            '0' when IsAtEnd || !char.IsAsciiDigit(Peek()) => CodePointSet.Of(0),
            'x' => CodePointSet.Of(ReadHex(2, start)),
            'u' => CodePointSet.Of(ReadUnicode(start)),
            'c' when !IsAtEnd && char.IsAsciiLetter(Peek()) => CodePointSet.Of(_source[_position++] % 32),
            'b' or 'B' => throw Error("word boundaries are not supported", start),
            'k' or (>= '1' and <= '9') => throw Error("back references are not supported", start),
            _ when char.IsAsciiLetterOrDigit(letter) => throw Error($"the escape \\{letter} is not known", start),
            _ => ReadItself(start),
        };
    }

    private CodePointSet ReadItself(int start)
    {
        _position = start + 1;
        return CodePointSet.Of(ReadCodePoint());
    }

    private CodePointSet ReadProperty(int start)
    {
        int end = TryTake('{') ? _source.IndexOf('}', _position) : -1;
        if (end < 0)
            throw Error("a property without its name in braces", start);
        string name = _source[_position..end];
        _position = end + 1;
        return CharacterClasses.Property(name) ?? throw Error($"the property '{name}' is not supported; general categories such as L or Nd are", start);
    }

    private int ReadUnicode(int start)
    {
        if (TryTake('{'))
        {
            int end = _source.IndexOf('}', _position);
            if (end < 0 || !int.TryParse(_source.AsSpan(_position, end - _position), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is < 0 or > 0x10FFFF)
                throw Error("a malformed code point", start);
            _position = end + 1;
            return value;
        }
        int first = ReadHex(4, start);
        if (char.IsHighSurrogate((char)first) && TakeText("\\u"))
        {
            int second = ReadHex(4, start);
            return char.IsLowSurrogate((char)second) ? char.ConvertToUtf32((char)first, (char)second) : throw Error("half of a surrogate pair", start);
        }
        return char.IsSurrogate((char)first) ? throw Error("half of a surrogate pair", start) : first;
    }

    private int ReadHex(int digits, int start)
    {
        if (_position + digits > _source.Length || !int.TryParse(_source.AsSpan(_position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
            throw Error($"an escape that needs {digits} hexadecimal digits", start);
        _position += digits;
        return value;
    }

    internal int ReadCodePoint()
    {
        if (Rune.TryGetRuneAt(_source, _position, out Rune rune))
        {
            _position += rune.Utf16SequenceLength;
            return rune.Value;
        }
        throw Error("half of a surrogate pair");
    }

    internal bool TryTake(char wanted)
    {
        if (IsAtEnd || Peek() != wanted)
            return false;
        _position++;
        return true;
    }

    internal bool IsNext(string text) => _source.AsSpan(_position).StartsWith(text, StringComparison.Ordinal);

    internal bool IsFinished => IsAtEnd;

    internal int Position => _position;

    internal ConstraintException Error(string problem, int position) => new(Place(position), problem);

    private ConstraintException Error(string problem) => Error(problem, _position);

    private bool TakeText(string text)
    {
        if (!IsNext(text))
            return false;
        _position += text.Length;
        return true;
    }

    private char Peek() => _source[_position];

    private string Place() => Place(_position);

    private string Place(int position) => _path.Length == 0 ? $"position {position}" : $"{_path} (position {position})";
}
