using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>text.format(…)</c>: fields <c>{}</c>, <c>{0}</c>, <c>{name.attr[key]!r:spec}</c>, and doubled braces.</summary>
internal sealed partial class BraceFormat
{
    private readonly RenderContext _context;
    private readonly StringValue _format;
    private readonly CallArguments _arguments;
    private int _nextValue;

    private BraceFormat(RenderContext context, StringValue format, CallArguments arguments) =>
        (_context, _format, _arguments) = (context, format, arguments);

    public static StringValue Format(RenderContext context, StringValue format, CallArguments arguments) =>
        format.Like(new BraceFormat(context, format, arguments).Run());

    private string Run()
    {
        StringBuilder result = new();
        string text = _format.Text;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            bool isDoubled = i + 1 < text.Length && text[i + 1] == c;
            if (c is not ('{' or '}') || isDoubled)
            {
                result.Append(c);
                i += c is '{' or '}' ? 2 : 1;
                continue;
            }
            int end = c == '{' ? FieldEnd(text, i) : -1;
            if (end < 0)
                throw new ChatTemplateException($"a single '{c}' stands in the format text");
            _context.Budget.AppendText(result, ReadField(text[(i + 1)..end]));
            i = end + 1;
        }
        return result.ToString();
    }

    private static int FieldEnd(string text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (depth == 0)
                return i;
        }
        return -1;
    }

    private string ReadField(string field)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        string head = colon < 0 ? field : field[..colon];
        string spec = colon < 0 ? "" : ExpandSpec(field[(colon + 1)..]);
        int bang = head.IndexOf('!', StringComparison.Ordinal);
        TemplateValue value = Resolve(bang < 0 ? head : head[..bang]);
        if (bang >= 0)
            value = Converted(value, head[(bang + 1)..]);
        string text = spec.Length == 0 ? PythonRepr.Str(_context, value) : ParseSpec(spec).Apply(_context, value);
        return _format.IsSafe && value is not StringValue { IsSafe: true } ? Escaping.Escape(_context.Budget, new StringValue(text)) : text;
    }

    private StringValue Converted(TemplateValue value, string conversion) => conversion switch
    {
        "s" => StringValue.Of(PythonRepr.Str(_context, value)),
        "r" or "a" => StringValue.Of(PythonRepr.Repr(_context, value)),
        _ => throw new ChatTemplateException($"unknown conversion '!{conversion}' in a format"),
    };

    /// <summary>A spec may itself hold fields, one level deep: <c>{:{width}}</c>.</summary>
    private string ExpandSpec(string spec) => NestedField().Replace(spec, match => PythonRepr.Str(_context, Resolve(match.Groups[1].Value)));

    private TemplateValue Resolve(string path)
    {
        Match match = Path().Match(path);
        if (!match.Success)
            throw new ChatTemplateException($"'{path}' is not a field of a format");
        TemplateValue value = First(match.Groups["first"].Value);
        foreach (Capture part in match.Groups["part"].Captures)
        {
            bool isKey = part.Value[0] == '[';
            string name = isKey ? part.Value[1..^1] : part.Value[1..];
            StringValue key = StringValue.Of(name);
            if (!isKey)
                value = Members.FindAttribute(value, name) ?? throw new ChatTemplateException(UndefinedValue.Member(value, name).Message);
            else if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long index))
                value = Members.Item(_context, value, IntegerValue.Of(index));
            else
                value = Members.Item(_context, value, key);
        }
        return value;
    }

    private TemplateValue First(string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]))
        {
            (string Name, TemplateValue Value) found = Array.Find(_arguments.Named, pair => pair.Name == name);
            return found.Value ?? throw new ChatTemplateException($"the format's field '{name}' is missing");
        }
        int index = name.Length == 0 ? _nextValue++
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : int.MaxValue;
        return _arguments[index] ?? throw new ChatTemplateException("not enough arguments for the format");
    }

    private static FormatSpec ParseSpec(string spec)
    {
        Match match = Spec().Match(spec);
        if (!match.Success)
            throw new ChatTemplateException($"invalid format specifier '{spec}'");
        string align = match.Groups["align"].Value;
        bool isZero = match.Groups["zero"].Success;
        return new FormatSpec
        {
            Fill = match.Groups["fill"].Success ? match.Groups["fill"].Value : isZero ? "0" : " ",
            Align = align.Length > 0 ? align[0] : isZero ? '=' : '\0',
            Sign = match.Groups["sign"].Success ? match.Groups["sign"].Value[0] : '-',
            IsAlternate = match.Groups["alternate"].Success,
            Width = Size(match.Groups["width"]) ?? 0,
            Grouping = match.Groups["grouping"].Success ? match.Groups["grouping"].Value[0] : '\0',
            Precision = Size(match.Groups["precision"]),
            Type = match.Groups["type"].Success ? match.Groups["type"].Value[0] : '\0',
        };
    }

    private static int? Size(Group group) => !group.Success ? null
        : int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : int.MaxValue;

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex NestedField();

    [GeneratedRegex(@"^(?<first>[^.\[\]]*)(?<part>\.[^.\[\]]+|\[[^\[\]]+\])*$", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    [GeneratedRegex(
        @"^((?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\d+)?(?<grouping>[,_])?(\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Spec();
}
