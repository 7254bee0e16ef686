using TokenFactory.Models.ChatTemplates.Jinja.Formatting;

namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>
/// Cuts a template into data and tags and applies whitespace control: <c>-</c> strips to the other side of the whitespace,
/// <c>+</c> keeps it; otherwise the blanks before a block or comment that begins its line go (<c>lstrip_blocks</c>), and the
/// line end after it (<c>trim_blocks</c>).
/// </summary>
internal sealed class Lexer
{
    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _position;

    // Whether the text before _position ends a line: then blanks up to the next tag begin a line.
    private bool _atLineStart = true;

    private Lexer(SourceText source) => (_source, _text) = (source, source.Text);

    public static List<Token> Tokenize(SourceText source)
    {
        Lexer lexer = new(source);
        lexer.ReadTemplate();
        lexer._tokens.Add(new Token(TokenKind.End, "", lexer._text.Length));
        return lexer._tokens;
    }

    private void ReadTemplate()
    {
        while (_position < _text.Length)
        {
            int tag = FindTag(_position);
            if (tag < 0)
            {
                AddData(_position, _text.Length);
                return;
            }
            ReadTag(tag);
        }
    }

    private int FindTag(int from)
    {
        for (int i = from; (i = _text.IndexOf('{', i)) >= 0 && i + 1 < _text.Length; i++)
        {
            if (_text[i + 1] is '{' or '%' or '#')
                return i;
        }
        return -1;
    }

    private void ReadTag(int tag)
    {
        char kind = _text[tag + 1];
        char sign = SignAt(tag + 2);
        AddData(_position, EndOfData(tag, sign, isVariable: kind == '{'));
        _position = tag + 2 + (sign == '\0' ? 0 : 1);
        if (kind == '#')
            SkipComment(tag);
        else if (kind == '%' && RawTagEnd(_position, "raw") is int rawStart && !EndsWithPlus(rawStart))
            ReadRaw(tag, rawStart);
        else
            ReadExpressionTag(tag, kind == '{');
        _atLineStart = _position > 0 && _text[_position - 1] == '\n';
    }

    private char SignAt(int index) => index < _text.Length && _text[index] is '-' or '+' ? _text[index] : '\0';

    private int EndOfData(int tag, char sign, bool isVariable)
    {
        int end = tag;
        if (sign == '-')
        {
            while (end > _position && PythonText.IsWhitespace(_text[end - 1]))
                end--;
            return end;
        }
        if (sign == '+' || isVariable)
            return end;
        while (end > _position && _text[end - 1] != '\n' && PythonText.IsWhitespace(_text[end - 1]))
            end--;
        bool beginsLine = end > _position ? _text[end - 1] == '\n' : _atLineStart;
        return beginsLine ? end : tag;
    }

    private void SkipComment(int tag)
    {
        int end = _text.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw _source.Error(tag, "the comment is not closed with '#}'");
        char sign = end > _position ? SignAt(end - 1) : '\0';
        FinishTag(end + 2, sign, trimsNewline: true);
    }

    /// <summary>The offset behind <c>raw %}</c> or <c>endraw %}</c> at <paramref name="from"/>; null where it does not stand there.</summary>
    private int? RawTagEnd(int from, string name)
    {
        int i = SkipWhitespace(from);
        if (string.CompareOrdinal(_text, i, name, 0, name.Length) != 0)
            return null;
        i = SkipWhitespace(i + name.Length);
        if (SignAt(i) != '\0')
            i++;
        return string.CompareOrdinal(_text, i, "%}", 0, 2) == 0 ? i + 2 : null;
    }

    private bool EndsWithPlus(int tagEnd) => SignAt(tagEnd - 3) == '+';

    private void ReadRaw(int tag, int bodyStart)
    {
        FinishTag(bodyStart, SignAt(bodyStart - 3), trimsNewline: false);
        _atLineStart = _position > 0 && _text[_position - 1] == '\n';
        for (int i = _position; (i = _text.IndexOf("{%", i, StringComparison.Ordinal)) >= 0; i += 2)
        {
            char sign = SignAt(i + 2);
            if (RawTagEnd(i + 2 + (sign == '\0' ? 0 : 1), "endraw") is not int end)
                continue;
            AddData(_position, EndOfData(i, sign, isVariable: false));
            FinishTag(end, SignAt(end - 3), trimsNewline: true);
            return;
        }
        throw _source.Error(tag, "the raw block is not closed with '{% endraw %}'");
    }

    private void ReadExpressionTag(int tag, bool isVariable)
    {
        _tokens.Add(new Token(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, isVariable ? "{{" : "{%", tag));
        ExpressionLexer expression = new(_source, _position, isVariable ? "}}" : "%}", allowsPlus: !isVariable);
        expression.ReadTo(_tokens);
        _tokens.Add(new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", expression.CloseAt));
        FinishTag(expression.Position, expression.CloseSign, trimsNewline: !isVariable);
    }

    private void FinishTag(int end, char sign, bool trimsNewline)
    {
        _position = end;
        if (sign == '-')
            _position = SkipWhitespace(end);
        else if (sign != '+' && trimsNewline && end < _text.Length && _text[end] == '\n')
            _position++;
    }

    private int SkipWhitespace(int index)
    {
        while (index < _text.Length && PythonText.IsWhitespace(_text[index]))
            index++;
        return index;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            _tokens.Add(new Token(TokenKind.Data, _text[start..end], start));
    }
}
