using System.Globalization;
using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>Prints values as Python's <c>str()</c> and <c>repr()</c> do.</summary>
internal static class PythonRepr
{
    /// <summary>The value as text; a text is itself.</summary>
    public static string Str(RenderContext context, TemplateValue value)
    {
        switch (value)
        {
            case StringValue text:
                return text.Text;
            case UndefinedValue:
                return "";
            default:
                int mark = context.Output.Mark();
                WriteRepr(context, value, 0);
                return context.Output.Cut(mark);
        }
    }

    public static string Repr(RenderContext context, TemplateValue value)
    {
        int mark = context.Output.Mark();
        WriteRepr(context, value, 0);
        return context.Output.Cut(mark);
    }

    /// <summary>Prints the value at the end of the output.</summary>
    public static void WriteStr(RenderContext context, TemplateValue value)
    {
        if (value is StringValue text)
            context.Output.Append(text.Text);
        else if (value is not UndefinedValue)
            WriteRepr(context, value, 0);
    }

    private static void WriteRepr(RenderContext context, TemplateValue value, int depth)
    {
        context.Budget.Step();
        OutputBuffer output = context.Output;
        switch (value)
        {
            case StringValue { IsSafe: true } text:
                output.Append("Markup(");
                WriteQuoted(output, text.Text);
                output.Append(')');
                break;
            case StringValue text:
                WriteQuoted(output, text.Text);
                break;
            case ListValue list:
                WriteItems(context, "[", list.Items, "]", depth);
                break;
            case TupleValue tuple:
                WriteItems(context, "(", tuple.Items, tuple.Items.Length == 1 ? ",)" : ")", depth);
                break;
            case MapValue map:
                WriteMap(context, map, depth);
                break;
            case MapViewValue view:
                output.Append(view.TypeName);
                WriteItems(context, "([", view.Elements, "])", depth);
                break;
            case NamespaceValue space:
                output.Append("<Namespace ");
                WriteRepr(context, space.Attributes, depth + 1);
                output.Append('>');
                break;
            default:
                output.Append(Scalar(value));
                break;
        }
    }

    private static string Scalar(TemplateValue value) => value switch
    {
        NoneValue => "None",
        BooleanValue flag => flag.Value ? "True" : "False",
        IntegerValue integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue real => PythonFloat.Repr(real.Value),
        UndefinedValue => "Undefined",
        RangeValue { Step: 1 } range => string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})"),
        RangeValue range => string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}, {range.Step})"),
        MacroValue macro => $"<Macro '{macro.Definition.Name}'>",
        FunctionValue function => $"<built-in method {function.Name}>",
        _ => $"<{value.TypeName} object>",
    };

    private static void WriteItems(RenderContext context, string open, IEnumerable<TemplateValue> items, string close, int depth)
    {
        Descend(context, depth);
        context.Output.Append(open);
        bool isFirst = true;
        foreach (TemplateValue item in items)
        {
            if (!isFirst)
                context.Output.Append(", ");
            isFirst = false;
            WriteRepr(context, item, depth + 1);
        }
        context.Output.Append(close);
    }

    private static void WriteMap(RenderContext context, MapValue map, int depth)
    {
        Descend(context, depth);
        context.Output.Append('{');
        bool isFirst = true;
        foreach ((TemplateValue key, TemplateValue value) in map.Entries())
        {
            if (!isFirst)
                context.Output.Append(", ");
            isFirst = false;
            WriteRepr(context, key, depth + 1);
            context.Output.Append(": ");
            WriteRepr(context, value, depth + 1);
        }
        context.Output.Append('}');
    }

    private static void Descend(RenderContext context, int depth)
    {
        context.Budget.CheckValueDepth(depth);
        RenderBudget.EnsureStack();
    }

    /// <summary>Single quotes, unless the text has some and no double ones; what cannot be printed is escaped.</summary>
    private static void WriteQuoted(OutputBuffer output, string text)
    {
        bool prefersDouble = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal);
        char quote = prefersDouble ? '"' : '\'';
        output.Append(quote);
        Span<char> units = stackalloc char[2];
        for (int i = 0; i < text.Length;)
        {
            int width = PythonText.WidthAt(text, i);
            text.AsSpan(i, width).CopyTo(units);
            WriteCharacter(output, units[..width], quote);
            i += width;
        }
        output.Append(quote);
    }

    private static void WriteCharacter(OutputBuffer output, ReadOnlySpan<char> units, char quote)
    {
        char c = units[0];
        if (c == quote || c == '\\')
        {
            output.Append('\\');
            output.Append(c);
        }
        else if (c is '\n' or '\r' or '\t')
        {
            output.Append(c switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
        }
        else if (IsPrintable(units))
        {
            output.Append(units);
        }
        else
        {
            int code = units.Length == 2 ? char.ConvertToUtf32(c, units[1]) : c;
            (string prefix, string format) = code <= 0xFF ? ("\\x", "x2") : code <= 0xFFFF ? ("\\u", "x4") : ("\\U", "x8");
            output.Append(prefix);
            output.Append(code.ToString(format, CultureInfo.InvariantCulture));
        }
    }

    private static bool IsPrintable(ReadOnlySpan<char> units)
    {
        if (units[0] is >= ' ' and < '\u007f')
            return true;
        return Rune.DecodeFromUtf16(units, out Rune rune, out _) == System.Buffers.OperationStatus.Done
            && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }
}
