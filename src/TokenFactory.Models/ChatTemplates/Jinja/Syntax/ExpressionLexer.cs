using TokenFactory.Models.ChatTemplates.Jinja.Formatting;

namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>Reads the tokens inside one tag up to its closing mark, which counts only outside of brackets.</summary>
internal sealed class ExpressionLexer(SourceText source, int start, string close, bool allowsPlus)
{
    private readonly string _text = source.Text;
    private readonly Stack<char> _brackets = new();
    private readonly int _start = start;

    /// <summary>Behind the closing mark once <see cref="ReadTo"/> has returned.</summary>
    public int Position { get; private set; } = start;

    public int CloseAt { get; private set; }

    /// <summary>The whitespace sign of the closing mark; NUL for none.</summary>
    public char CloseSign { get; private set; }

    public void ReadTo(List<Token> tokens)
    {
        while (true)
        {
            while (Position < _text.Length && PythonText.IsWhitespace(_text[Position]))
                Position++;
            if (Position == _text.Length)
                throw source.Error(_start, $"the tag is not closed with '{close}'");
            if (_brackets.Count == 0 && TryClose())
                return;
            tokens.Add(ReadToken());
        }
    }

    private bool TryClose()
    {
        char sign = _text[Position] == '-' || (allowsPlus && _text[Position] == '+') ? _text[Position] : '\0';
        int mark = sign == '\0' ? Position : Position + 1;
        if (string.CompareOrdinal(_text, mark, close, 0, close.Length) != 0)
            return false;
        (CloseAt, CloseSign, Position) = (Position, sign, mark + close.Length);
        return true;
    }

    private Token ReadToken()
    {
        char c = _text[Position];
        if (char.IsAsciiDigit(c))
            return ReadNumber();
        if (c is '\'' or '"')
            return ReadString(c);
        return IsNameCharacter(c) ? ReadName() : ReadOperator(c);
    }

    private static bool IsNameCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';

    private Token ReadName()
    {
        int begin = Position;
        while (Position < _text.Length && IsNameCharacter(_text[Position]))
            Position++;
        return new Token(TokenKind.Name, _text[begin..Position], begin);
    }

    private Token ReadString(char quote)
    {
        int begin = Position++;
        while (Position < _text.Length && _text[Position] != quote)
            Position += _text[Position] == '\\' ? 2 : 1;
        if (Position >= _text.Length)
            throw source.Error(begin, "the string is not closed");
        string body = _text[(begin + 1)..Position++];
        return new Token(TokenKind.String, StringEscapes.Resolve(body, problem => source.Error(begin, problem)), begin);
    }

    private Token ReadNumber()
    {
        int begin = Position;
        if (_text[Position] == '0' && Position + 1 < _text.Length && char.ToLowerInvariant(_text[Position + 1]) is 'x' or 'o' or 'b')
        {
            Position += 2;
            while (Position < _text.Length && (char.IsAsciiHexDigit(_text[Position]) || _text[Position] == '_'))
                Position++;
            return new Token(TokenKind.Integer, _text[begin..Position], begin);
        }
        SkipDigits();
        bool isFloat = TrySkipFraction() | TrySkipExponent();
        return new Token(isFloat ? TokenKind.Float : TokenKind.Integer, _text[begin..Position], begin);
    }

    private void SkipDigits()
    {
        while (Position < _text.Length && (char.IsAsciiDigit(_text[Position]) || (_text[Position] == '_' && DigitAt(Position + 1))))
            Position++;
    }

    private bool TrySkipFraction()
    {
        // "x.0.1" reads two subscripts: digits behind a point begin no fraction of their own.
        int begin = Position - 1;
        while (begin > _start && (char.IsAsciiDigit(_text[begin]) || _text[begin] == '_'))
            begin--;
        if (Position >= _text.Length || _text[Position] != '.' || !DigitAt(Position + 1) || _text[begin] == '.')
            return false;
        Position++;
        SkipDigits();
        return true;
    }

    private bool TrySkipExponent()
    {
        if (Position >= _text.Length || _text[Position] is not ('e' or 'E'))
            return false;
        int digits = Position + 1 < _text.Length && _text[Position + 1] is '+' or '-' ? Position + 2 : Position + 1;
        if (!DigitAt(digits))
            return false;
        Position = digits;
        SkipDigits();
        return true;
    }

    private bool DigitAt(int index) => index < _text.Length && char.IsAsciiDigit(_text[index]);

    private Token ReadOperator(char c)
    {
        char next = Position + 1 < _text.Length ? _text[Position + 1] : '\0';
        (TokenKind Kind, int Width)? found = Operator(c, next);
        if (found is not (TokenKind kind, int width))
            throw source.Error(Position, $"unexpected character '{c}'");
        Balance(c);
        Token token = new(kind, _text.Substring(Position, width), Position);
        Position += width;
        return token;
    }

    private static (TokenKind Kind, int Width)? Operator(char c, char next) => (c, next) switch
    {
        ('/', '/') => (TokenKind.FloorDivide, 2),
        ('*', '*') => (TokenKind.Power, 2),
        ('=', '=') => (TokenKind.Equal, 2),
        ('!', '=') => (TokenKind.NotEqual, 2),
        ('>', '=') => (TokenKind.GreaterOrEqual, 2),
        ('<', '=') => (TokenKind.LessOrEqual, 2),
        ('+', _) => (TokenKind.Add, 1),
        ('-', _) => (TokenKind.Subtract, 1),
        ('*', _) => (TokenKind.Multiply, 1),
        ('/', _) => (TokenKind.Divide, 1),
        ('%', _) => (TokenKind.Modulo, 1),
        ('~', _) => (TokenKind.Tilde, 1),
        ('(', _) => (TokenKind.LeftParenthesis, 1),
        (')', _) => (TokenKind.RightParenthesis, 1),
        ('[', _) => (TokenKind.LeftBracket, 1),
        (']', _) => (TokenKind.RightBracket, 1),
        ('{', _) => (TokenKind.LeftBrace, 1),
        ('}', _) => (TokenKind.RightBrace, 1),
        ('>', _) => (TokenKind.Greater, 1),
        ('<', _) => (TokenKind.Less, 1),
        ('=', _) => (TokenKind.Assign, 1),
        ('.', _) => (TokenKind.Dot, 1),
        (':', _) => (TokenKind.Colon, 1),
        ('|', _) => (TokenKind.Pipe, 1),
        (',', _) => (TokenKind.Comma, 1),
        (';', _) => (TokenKind.Semicolon, 1),
        _ => null,
    };

    private void Balance(char c)
    {
        if (c is '(' or '[' or '{')
        {
            _brackets.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (c is ')' or ']' or '}')
        {
            if (!_brackets.TryPop(out char expected))
                throw source.Error(Position, $"unexpected '{c}'");
            if (expected != c)
                throw source.Error(Position, $"unexpected '{c}', expected '{expected}'");
        }
    }
}
