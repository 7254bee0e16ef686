using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>String methods that cut a text into parts: split, rsplit, splitlines, partition.</summary>
internal static class TextSplitting
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("split", ["sep", "maxsplit"], static (context, self, arguments) => Split(context, self, arguments, fromRight: false)),
        new("rsplit", ["sep", "maxsplit"], static (context, self, arguments) => Split(context, self, arguments, fromRight: true)),
        new("splitlines", ["keepends"], SplitLines),
        new("partition", ["sep"], static (context, self, arguments) => Partition(context, self, arguments, isLast: false)),
        new("rpartition", ["sep"], static (context, self, arguments) => Partition(context, self, arguments, isLast: true)),
    ];

    private static ListValue Split(RenderContext context, TemplateValue self, CallArguments arguments, bool fromRight)
    {
        StringValue text = (StringValue)self;
        string? separator = arguments.Text(0, "sep");
        long most = arguments.Integer(1, "maxsplit", -1);
        most = most < 0 ? long.MaxValue : most;
        if (separator is { Length: 0 })
            throw new ChatTemplateException("split() needs a separator that is not empty");
        context.Budget.SearchText(text.Text.Length, separator?.Length ?? 1);
        context.Budget.AllocateText(text.Text.Length);
        List<TemplateValue> parts = [];
        foreach (string part in Cut(text.Text, separator, most, fromRight))
        {
            context.Budget.AllocateItems(1);
            parts.Add(text.Like(part));
        }
        if (fromRight)
            parts.Reverse();
        return new ListValue(parts);
    }

    private static IEnumerable<string> Cut(string text, string? separator, long most, bool fromRight) => (separator, fromRight) switch
    {
        (null, false) => ByBlanks(text, most),
        (null, true) => ByBlanksFromRight(text, most),
        (var mark, false) => By(text, mark, most),
        (var mark, true) => ByFromRight(text, mark, most),
    };

    private static IEnumerable<string> By(string text, string separator, long most)
    {
        int start = 0;
        for (int found; most-- > 0 && (found = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = found + separator.Length)
            yield return text[start..found];
        yield return text[start..];
    }

    private static IEnumerable<string> ByFromRight(string text, string separator, long most)
    {
        int end = text.Length;
        for (int found; most-- > 0 && (found = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = found)
            yield return text[(found + separator.Length)..end];
        yield return text[..end];
    }

    /// <summary>Runs of whitespace separate; what the limit leaves over is one part with all its inner and trailing blanks.</summary>
    private static IEnumerable<string> ByBlanks(string text, long most)
    {
        int start = SkipBlanks(text, 0);
        while (start < text.Length)
        {
            if (most-- == 0)
            {
                yield return text[start..];
                yield break;
            }
            int end = start;
            while (end < text.Length && !PythonText.IsWhitespace(text[end]))
                end++;
            yield return text[start..end];
            start = SkipBlanks(text, end);
        }
    }

    private static IEnumerable<string> ByBlanksFromRight(string text, long most)
    {
        int end = SkipBlanksBack(text, text.Length);
        while (end > 0)
        {
            if (most-- == 0)
            {
                yield return text[..end];
                yield break;
            }
            int start = end;
            while (start > 0 && !PythonText.IsWhitespace(text[start - 1]))
                start--;
            yield return text[start..end];
            end = SkipBlanksBack(text, start);
        }
    }

    private static int SkipBlanks(string text, int index)
    {
        while (index < text.Length && PythonText.IsWhitespace(text[index]))
            index++;
        return index;
    }

    private static int SkipBlanksBack(string text, int index)
    {
        while (index > 0 && PythonText.IsWhitespace(text[index - 1]))
            index--;
        return index;
    }

    private static ListValue SplitLines(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue text = (StringValue)self;
        context.Budget.AllocateText(text.Text.Length);
        context.Budget.AllocateItems(text.Text.AsSpan().Count('\n'));
        List<TemplateValue> lines = [];
        foreach (string line in PythonText.SplitLines(text.Text, arguments.Boolean(0, false)))
            lines.Add(text.Like(line));
        return new ListValue(lines);
    }

    private static TupleValue Partition(RenderContext context, TemplateValue self, CallArguments arguments, bool isLast)
    {
        StringValue text = (StringValue)self;
        string separator = arguments.RequiredText(0, "sep");
        if (separator.Length == 0)
            throw new ChatTemplateException("partition() needs a separator that is not empty");
        context.Budget.SearchText(text.Text.Length, separator.Length);
        context.Budget.AllocateText(text.Text.Length);
        int found = isLast
            ? text.Text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.Text.IndexOf(separator, StringComparison.Ordinal);
        if (found < 0)
            return isLast ? new TupleValue(StringValue.Empty, StringValue.Empty, text) : new TupleValue(text, StringValue.Empty, StringValue.Empty);
        return new TupleValue(
            text.Like(text.Text[..found]), text.Like(separator), text.Like(text.Text[(found + separator.Length)..]));
    }
}
