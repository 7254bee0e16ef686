using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>String methods that look for a text: find, index, count, startswith, replace. Positions count code points.</summary>
internal static class TextSearch
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("find", ["sub", "start", "end"], static (context, self, arguments) => Find(context, self, arguments, isLast: false)),
        new("rfind", ["sub", "start", "end"], static (context, self, arguments) => Find(context, self, arguments, isLast: true)),
        new("index", ["sub", "start", "end"], static (context, self, arguments) => Index(context, self, arguments, isLast: false)),
        new("rindex", ["sub", "start", "end"], static (context, self, arguments) => Index(context, self, arguments, isLast: true)),
        new("count", ["sub", "start", "end"], Count),
        new("startswith", ["prefix", "start", "end"], static (context, self, arguments) =>
            HasEnd(context, self, arguments, static (text, end) => text.StartsWith(end, StringComparison.Ordinal))),
        new("endswith", ["suffix", "start", "end"], static (context, self, arguments) =>
            HasEnd(context, self, arguments, static (text, end) => text.EndsWith(end, StringComparison.Ordinal))),
        new("replace", ["old", "new", "count"], ReplaceMethod),
    ];

    /// <summary>Replaces up to <paramref name="count"/> occurrences, or all for a negative count; an empty text stands between all characters.</summary>
    public static string Replace(RenderBudget budget, string text, string old, string replacement, long count)
    {
        budget.SearchText(text.Length, old.Length);
        if (count == 0 || (old.Length > 0 && !text.Contains(old, StringComparison.Ordinal)))
            return text;
        StringBuilder result = new();
        int start = 0;
        while (count != 0)
        {
            int found = old.Length > 0 ? text.IndexOf(old, start, StringComparison.Ordinal) : start;
            if (found < 0)
                break;
            budget.Step();
            budget.AppendText(result, text[start..found]);
            budget.AppendText(result, replacement);
            start = found + old.Length;
            count--;
            if (old.Length > 0)
                continue;
            if (start == text.Length)
                return result.ToString();
            int width = PythonText.WidthAt(text, start);
            result.Append(text, start, width);
            start += width;
        }
        budget.AppendText(result, text[start..]);
        return result.ToString();
    }

    private static StringValue ReplaceMethod(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue text = (StringValue)self;
        string replacement = arguments.RequiredText(1, "new");
        if (text.IsSafe && arguments[1] is StringValue added)
            replacement = Escaping.Escape(context.Budget, added);
        return text.Like(Replace(context.Budget, text.Text, arguments.RequiredText(0, "old"), replacement, arguments.Integer(2, "count", -1)));
    }

    private static TemplateValue Find(RenderContext context, TemplateValue self, CallArguments arguments, bool isLast)
    {
        (string window, long offset) = Window(context, (StringValue)self, arguments);
        string sought = arguments.RequiredText(0, "sub");
        context.Budget.SearchText(window.Length, sought.Length);
        if (offset > ((StringValue)self).CodePoints)
            return -1;
        int found = isLast ? window.LastIndexOf(sought, StringComparison.Ordinal) : window.IndexOf(sought, StringComparison.Ordinal);
        return found < 0 ? -1 : offset + PythonText.IndexOf(window, found);
    }

    private static TemplateValue Index(RenderContext context, TemplateValue self, CallArguments arguments, bool isLast)
    {
        TemplateValue found = Find(context, self, arguments, isLast);
        return found is IntegerValue { Value.Sign: < 0 } ? throw new ChatTemplateException("substring not found") : found;
    }

    private static TemplateValue Count(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        (string window, long offset) = Window(context, (StringValue)self, arguments);
        string sought = arguments.RequiredText(0, "sub");
        context.Budget.SearchText(window.Length, sought.Length);
        if (sought.Length == 0)
            return offset > ((StringValue)self).CodePoints ? 0 : PythonText.CountCodePoints(window) + 1;
        long count = 0;
        for (int i = 0; (i = window.IndexOf(sought, i, StringComparison.Ordinal)) >= 0; i += sought.Length)
            count++;
        return count;
    }

    private static BooleanValue HasEnd(
        RenderContext context, TemplateValue self, CallArguments arguments, Func<string, string, bool> test)
    {
        (string window, long offset) = Window(context, (StringValue)self, arguments);
        TemplateValue ends = arguments.Required(0, "prefix");
        if (offset > ((StringValue)self).CodePoints)
            return BooleanValue.False;
        foreach (TemplateValue end in ends is TupleValue tuple ? tuple.Items : [ends])
        {
            context.Budget.Step();
            if (end is not StringValue text)
                throw new ChatTemplateException($"startswith() and endswith() need text or a tuple of texts, not {end.TypeName}");
            context.Budget.ReadText(text.Text.Length);
            if (test(window, text.Text))
                return BooleanValue.True;
        }
        return BooleanValue.False;
    }

    /// <summary>The part of the text between the optional arguments start and end, and the code point where it begins.</summary>
    private static (string Text, long Offset) Window(RenderContext context, StringValue self, CallArguments arguments)
    {
        if (arguments[1] is null or NoneValue && arguments[2] is null or NoneValue)
            return (self.Text, 0);
        int length = self.CodePoints;
        long start = arguments[1] is null or NoneValue ? 0 : FromEnd(arguments.Integer(1, "start", 0), length);
        long end = arguments[2] is null or NoneValue ? length : Math.Min(FromEnd(arguments.Integer(2, "end", length), length), length);
        if (start > end)
            return ("", start > length ? start : length + 1L);
        context.Budget.AllocateText(self.Text.Length);
        return (self.Text[PythonText.OffsetOf(self.Text, length, start)..PythonText.OffsetOf(self.Text, length, end)], start);
    }

    private static long FromEnd(long position, int length) => position < 0 ? Math.Max(0, position + length) : position;
}
