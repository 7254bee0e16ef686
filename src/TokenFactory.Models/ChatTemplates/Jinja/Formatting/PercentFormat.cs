using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>text % values</c>: printf-style fields by position, or by name out of a map.</summary>
internal sealed class PercentFormat
{
    private readonly RenderContext _context;
    private readonly StringValue _format;
    private readonly TemplateValue _values;
    private int _position;
    private int _nextValue;

    private PercentFormat(RenderContext context, StringValue format, TemplateValue values) =>
        (_context, _format, _values) = (context, format, values);

    public static StringValue Format(RenderContext context, StringValue format, TemplateValue values) =>
        format.Like(new PercentFormat(context, format, values).Run());

    private string Run()
    {
        StringBuilder result = new();
        string text = _format.Text;
        while (_position < text.Length)
        {
            int percent = text.IndexOf('%', _position);
            int end = percent < 0 ? text.Length : percent;
            result.Append(text, _position, end - _position);
            _position = end + 1;
            if (percent >= 0)
                _context.Budget.AppendText(result, ReadField());
        }
        int given = _values is TupleValue tuple ? tuple.Items.Length : _values is MapValue ? 0 : 1;
        if (_nextValue < given)
            throw new ChatTemplateException("not all arguments were converted during string formatting");
        return result.ToString();
    }

    private string ReadField()
    {
        TemplateValue? named = ReadName();
        string flags = ReadWhile(static c => c is '-' or '+' or ' ' or '#' or '0');
        int width = ReadSize(out bool isLeft) ?? 0;
        int? precision = null;
        if (Peek() == '.')
        {
            _position++;
            precision = ReadSize(out _) ?? 0;
        }
        ReadWhile(static c => c is 'h' or 'l' or 'L');
        char type = Peek();
        _position++;
        if (type == '%')
            return "%";
        FormatSpec spec = new()
        {
            Align = isLeft || flags.Contains('-', StringComparison.Ordinal) ? '<' : flags.Contains('0', StringComparison.Ordinal) ? '=' : '>',
            Fill = flags.Contains('0', StringComparison.Ordinal) && !flags.Contains('-', StringComparison.Ordinal) ? "0" : " ",
            Sign = flags.Contains('+', StringComparison.Ordinal) ? '+' : flags.Contains(' ', StringComparison.Ordinal) ? ' ' : '-',
            IsAlternate = flags.Contains('#', StringComparison.Ordinal),
            Width = width,
            Precision = precision,
            Type = type,
        };
        return Convert(spec, type, named ?? NextValue());
    }

    private string Convert(FormatSpec spec, char type, TemplateValue value)
    {
        switch (type)
        {
            case 's' or 'r' or 'a':
                string text = type == 's' ? PythonRepr.Str(_context, value) : PythonRepr.Repr(_context, value);
                string escaped = _format.IsSafe && value is not StringValue { IsSafe: true } ? Escaping.Escape(_context.Budget, new StringValue(text)) : text;
                return (spec with { Type = 's', Fill = " ", Align = spec.Align == '=' ? '>' : spec.Align }).Apply(_context, StringValue.Of(escaped));
            case 'd' or 'i' or 'u' when value is FloatValue real:
                return (spec with { Precision = null }).Apply(_context, Numbers.Truncate(real.Value));
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return spec.Apply(_context, value);
            case 'c' when value is StringValue { CodePoints: 1 } character:
                return (spec with { Type = 's' }).Apply(_context, character);
            case 'c':
                return spec.Apply(_context, value);
            case '\0':
                throw new ChatTemplateException("the format ends inside a field");
            default:
                throw new ChatTemplateException($"unsupported format character '{type}'");
        }
    }

    private TemplateValue? ReadName()
    {
        if (Peek() != '(')
            return null;
        int end = _format.Text.IndexOf(')', _position);
        if (end < 0)
            throw new ChatTemplateException("the format's field name is not closed");
        string name = _format.Text[(_position + 1)..end];
        _position = end + 1;
        if (_values is not MapValue map)
            throw new ChatTemplateException("a format with names needs a map");
        return map.Find(StringValue.Of(name)) ?? throw new ChatTemplateException($"the format's field '{name}' is missing");
    }

    /// <summary>A number, or <c>*</c> for the next value; a negative one aligns left.</summary>
    private int? ReadSize(out bool isLeft)
    {
        isLeft = false;
        if (Peek() == '*')
        {
            _position++;
            long size = Numbers.ToInt64(NextValue(), "width");
            isLeft = size < 0;
            return (int)Math.Min(Math.Abs(Math.Max(size, -long.MaxValue)), int.MaxValue);
        }
        string digits = ReadWhile(char.IsAsciiDigit);
        return digits.Length == 0 ? null : digits.Length > 8 ? int.MaxValue : int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }

    private TemplateValue NextValue()
    {
        TemplateValue? value = _values is TupleValue tuple
            ? tuple.Items.ElementAtOrDefault(_nextValue)
            : _nextValue == 0 ? _values : null;
        _nextValue++;
        return value ?? throw new ChatTemplateException("not enough arguments for the format");
    }

    private char Peek() => _position < _format.Text.Length ? _format.Text[_position] : '\0';

    private string ReadWhile(Func<char, bool> accepts)
    {
        int start = _position;
        while (_position < _format.Text.Length && accepts(_format.Text[_position]))
            _position++;
        return _format.Text[start.._position];
    }
}
