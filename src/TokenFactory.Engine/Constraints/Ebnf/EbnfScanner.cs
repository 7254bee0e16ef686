using System.Globalization;
using System.Text;

namespace TokenFactory.Engine.Constraints.Ebnf;

/// <summary>Reads characters, names, escapes and blanks of a grammar's text, and knows where it is.</summary>
internal sealed class EbnfScanner(string source)
{
    public int Position { get; set; }

    public bool IsAtEnd => Position >= source.Length;

    public char Current => source[Position];

    /// <summary>Skips blanks, line ends and comments (from <c>#</c> or <c>//</c> to the end of a line).</summary>
    public void SkipBlanks()
    {
        while (!IsAtEnd)
        {
            if (char.IsWhiteSpace(Current))
                Position++;
            else if (Current == '#' || IsNext("//"))
                Position = source.IndexOf('\n', Position) is >= 0 and int end ? end : source.Length;
            else
                break;
        }
    }

    public bool IsNext(string text) => source.AsSpan(Position).StartsWith(text, StringComparison.Ordinal);

    public bool TryTake(string text)
    {
        if (IsAtEnd || !IsNext(text))
            return false;
        Position += text.Length;
        return true;
    }

    /// <summary>A rule's name, empty where none stands here.</summary>
    public string ReadName()
    {
        int start = Position;
        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-' or '.') && !(start == Position && !(char.IsAsciiLetter(Current) || Current == '_')))
            Position++;
        return source[start..Position];
    }

    /// <summary>Whether a rule begins here: a name and <c>::=</c>.</summary>
    public bool IsAtRule()
    {
        int start = Position;
        bool isRule = ReadName().Length > 0;
        SkipBlanks();
        isRule = isRule && !IsAtEnd && IsNext("::=");
        Position = start;
        return isRule;
    }

    public long? ReadInteger()
    {
        int start = Position;
        while (!IsAtEnd && char.IsAsciiDigit(Current))
            Position++;
        if (Position == start)
            return null;
        return long.TryParse(source.AsSpan(start, Position - start), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : long.MaxValue;
    }

    /// <summary>One code point as it stands.</summary>
    public int ReadCodePoint()
    {
        if (!Rune.TryGetRuneAt(source, Position, out Rune rune))
            throw Error("half of a surrogate pair");
        Position += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>The code point that follows a backslash.</summary>
    public int ReadEscape()
    {
        if (IsAtEnd)
            throw Error("a backslash at the end");
        int start = Position;
        char letter = source[Position++];
        switch (letter)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'b':
                return '\b';
            case '0':
                return 0;
            case 'x':
                return ReadHex(2, start);
            case 'u':
                return ReadHex(4, start);
            case 'U':
                return ReadHex(8, start);
            default:
                if (char.IsAsciiLetterOrDigit(letter))
                    throw Error($"the escape \\{letter} is not known", start);
                Position = start;
                return ReadCodePoint();
        }
    }

    public string Place() => Place(Position);

    public ConstraintException Error(string problem) => Error(problem, Position);

    public ConstraintException Error(string problem, int position) => new(Place(position), problem);

    private string Place(int position)
    {
        ReadOnlySpan<char> before = source.AsSpan(0, Math.Min(position, source.Length));
        int line = before.Count('\n') + 1;
        return $"line {line}, column {before.Length - before.LastIndexOf('\n')}";
    }

    private int ReadHex(int digits, int start)
    {
        if (Position + digits > source.Length
            || !uint.TryParse(source.AsSpan(Position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            || !Rune.IsValid(value))
        {
            throw Error($"an escape that needs {digits} hexadecimal digits of a character", start);
        }
        Position += digits;
        return (int)value;
    }
}
