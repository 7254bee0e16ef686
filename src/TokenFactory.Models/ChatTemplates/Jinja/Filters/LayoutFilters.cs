using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters that lay text out: indent, truncate, center and JSON.</summary>
internal static class LayoutFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("indent", ["width", "first", "blank"], Indent),
        new("truncate", ["length", "killwords", "end", "leeway"], Truncate),
        new("center", ["width"], static (context, self, arguments) =>
            TextPadding.Center(context, StringValue.Of(PythonRepr.Str(context, self)), arguments.Integer(0, "width", 80), " ")),
        new("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], ToJson),
    ];

    private static StringValue Indent(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (self is not StringValue text)
            throw new ChatTemplateException($"indent needs text, not {self.TypeName}");
        string indention = arguments[0] is StringValue given ? given.Text : Blanks(context, arguments.Integer(0, "width", 4));
        bool indentsBlank = arguments.Boolean(2, false);
        context.Budget.AllocateItems(text.Text.Length / 8);
        List<string> lines = PythonText.SplitLines(text.Text + "\n");
        int mark = context.Output.Mark();
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                context.Output.Append('\n');
            if (i == 0 ? arguments.Boolean(1, false) : indentsBlank || lines[i].Length > 0)
                context.Output.Append(indention);
            context.Output.Append(lines[i]);
        }
        return text.Like(context.Output.Cut(mark));
    }

    private static string Blanks(RenderContext context, long width)
    {
        long count = Math.Max(0, width);
        context.Budget.AllocateText(count);
        return new string(' ', (int)count);
    }

    private static StringValue Truncate(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue text = self as StringValue ?? StringValue.Of(PythonRepr.Str(context, self));
        string end = arguments.Text(2, "end") ?? "...";
        int endLength = PythonText.CountCodePoints(end);
        long length = arguments.Integer(0, "length", 255);
        long leeway = arguments[3] is null or NoneValue ? 5 : arguments.Integer(3, "leeway", 5);
        if (length < endLength || leeway < 0)
            throw new ChatTemplateException($"truncate needs a length of at least {endLength} and a leeway of at least 0");
        if (text.CodePoints - length <= leeway)
            return text;
        context.Budget.AllocateText(length + end.Length);
        string cut = text.Text[..PythonText.OffsetOf(text.Text, text.CodePoints, length - endLength)];
        int lastBlank = arguments.Boolean(1, false) ? -1 : cut.LastIndexOf(' ');
        return text.Like((lastBlank < 0 ? cut : cut[..lastBlank]) + end);
    }

    private static StringValue ToJson(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        string? indent = arguments[1] switch
        {
            null or NoneValue => null,
            StringValue text => text.Text,
            _ => Blanks(context, arguments.Integer(1, "indent", 0)),
        };
        (string item, string key) = (indent is null ? ", " : ",", ": ");
        if (arguments[2] is not (null or NoneValue))
        {
            List<TemplateValue> separators = context.Budget.ToList(arguments[2]!);
            if (separators is not [StringValue first, StringValue second])
                throw new ChatTemplateException("tojson needs two texts as separators");
            (item, key) = (first.Text, second.Text);
        }
        JsonLayout layout = new(arguments.Boolean(0, false), arguments.Boolean(3, false), indent, item, key);
        return StringValue.Of(JsonText.Write(context, self, layout));
    }
}
