using System.Globalization;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>How <see cref="JsonText"/> lays out its text; the defaults are those of Python's <c>json.dumps</c>.</summary>
/// <param name="EscapesNonAscii">Write what is not ASCII as <c>\uXXXX</c>.</param>
/// <param name="SortsKeys">Order map entries by key instead of keeping their order.</param>
/// <param name="Indent">One level's indentation; null for one line.</param>
/// <param name="ItemSeparator">Between elements.</param>
/// <param name="KeySeparator">Between key and value.</param>
internal sealed record JsonLayout(bool EscapesNonAscii, bool SortsKeys, string? Indent, string ItemSeparator, string KeySeparator);

/// <summary>Writes a value as JSON, character for character as Python's <c>json.dumps(…, ensure_ascii=False)</c> does.</summary>
internal sealed class JsonText(RenderContext context, JsonLayout layout)
{
    private readonly OutputBuffer _output = context.Output;

    public static string Write(RenderContext context, TemplateValue value, JsonLayout layout)
    {
        int mark = context.Output.Mark();
        new JsonText(context, layout).Write(value, 0);
        return context.Output.Cut(mark);
    }

    private void Write(TemplateValue value, int depth)
    {
        context.Budget.Step();
        switch (value)
        {
            case NoneValue:
                _output.Append("null");
                break;
            case BooleanValue flag:
                _output.Append(flag.Value ? "true" : "false");
                break;
            case IntegerValue integer:
                _output.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case FloatValue real:
                _output.Append(Number(real.Value));
                break;
            case StringValue text:
                WriteString(text.Text);
                break;
            case ListValue list:
                WriteArray(list.Items, depth);
                break;
            case TupleValue tuple:
                WriteArray(tuple.Items, depth);
                break;
            case MapValue map:
                WriteObject(map, depth);
                break;
            default:
                throw new ChatTemplateException(
                    value is UndefinedValue undefined
                        ? $"tojson cannot write an undefined value: {undefined.Message}"
                        : $"tojson cannot write {value.TypeName}");
        }
    }

    private static string Number(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => PythonFloat.Repr(value),
    };

    private void WriteArray(IReadOnlyList<TemplateValue> items, int depth)
    {
        Descend(depth);
        _output.Append('[');
        for (int i = 0; i < items.Count; i++)
        {
            Separate(i == 0, depth + 1);
            Write(items[i], depth + 1);
        }
        Close(items.Count == 0, depth, ']');
    }

    private void WriteObject(MapValue map, int depth)
    {
        Descend(depth);
        _output.Append('{');
        bool isFirst = true;
        foreach (TemplateValue key in layout.SortsKeys ? SortedKeys(map) : map.Elements)
        {
            Separate(isFirst, depth + 1);
            isFirst = false;
            WriteKey(key);
            _output.Append(layout.KeySeparator);
            Write(map.Find(key)!, depth + 1);
        }
        Close(isFirst, depth, '}');
    }

    private List<TemplateValue> SortedKeys(MapValue map) =>
        Ordering.Sort(context, context.Budget.ToList(map), static key => key, isDescending: false);

    private void WriteKey(TemplateValue key)
    {
        switch (key)
        {
            case StringValue text:
                WriteString(text.Text);
                break;
            case NoneValue or BooleanValue or IntegerValue or FloatValue:
                _output.Append('"');
                Write(key, 0);
                _output.Append('"');
                break;
            default:
                throw new ChatTemplateException($"tojson cannot write a key of type {key.TypeName}");
        }
    }

    private void Separate(bool isFirst, int depth)
    {
        if (!isFirst)
            _output.Append(layout.ItemSeparator);
        BreakLine(depth);
    }

    private void Close(bool isEmpty, int depth, char bracket)
    {
        if (!isEmpty)
            BreakLine(depth);
        _output.Append(bracket);
    }

    private void BreakLine(int depth)
    {
        if (layout.Indent is null)
            return;
        _output.Append('\n');
        for (int i = 0; i < depth; i++)
            _output.Append(layout.Indent);
    }

    private void WriteString(string text)
    {
        _output.Append('"');
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int plain = rest.IndexOfAnyExceptInRange(' ', '~');
            plain = plain < 0 ? rest.Length : plain;
            int special = rest[..plain].IndexOfAny('"', '\\');
            plain = special < 0 ? plain : special;
            _output.Append(rest[..plain]);
            if (plain < rest.Length)
                WriteSpecial(rest[plain++]);
            rest = rest[plain..];
        }
        _output.Append('"');
    }

    private void WriteSpecial(char c)
    {
        string? escape = c switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            _ => null,
        };
        if (escape is not null)
            _output.Append(escape);
        else if (c < ' ' || (c > '~' && layout.EscapesNonAscii && c != '\u007f'))
            _output.Append($"\\u{(int)c:x4}");
        else
            _output.Append(c);
    }

    private void Descend(int depth)
    {
        context.Budget.CheckValueDepth(depth);
        RenderBudget.EnsureStack();
    }
}
