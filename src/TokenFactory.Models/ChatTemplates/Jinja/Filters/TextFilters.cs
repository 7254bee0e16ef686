using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters on text that keep its lines: trim, replace, format, join and the like.</summary>
internal static class TextFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("trim", ["chars"], static (context, self, arguments) =>
            CaseFilters.Map(context, self, text => PythonText.Strip(text, arguments.Text(0, "chars"), left: true, right: true))),
        new("replace", ["old", "new", "count"], Replace),
        new("string", [], static (context, self, _) => self as StringValue ?? StringValue.Of(PythonRepr.Str(context, self))),
        new("format", Format),
        new("join", ["d", "attribute"], Join),
        new("wordcount", [], static (context, self, _) => CountWords(context, PythonRepr.Str(context, self))),
        new("urlencode", [], UrlEncode),
    ];

    private static StringValue Replace(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        string old = PythonRepr.Str(context, arguments.Required(0, "old"));
        string replacement = PythonRepr.Str(context, arguments.Required(1, "new"));
        long count = arguments[2] is null or NoneValue ? -1 : arguments.Integer(2, "count", -1);
        return StringValue.Of(TextSearch.Replace(context.Budget, PythonRepr.Str(context, self), old, replacement, count));
    }

    private static StringValue Format(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (arguments.Positional.Length > 0 && arguments.Named.Length > 0)
            throw new ChatTemplateException("format takes positional or keyword arguments, not both");
        StringValue format = self as StringValue ?? StringValue.Of(PythonRepr.Str(context, self));
        if (arguments.Named.Length == 0)
            return PercentFormat.Format(context, format, new TupleValue([.. arguments.Positional!]));
        MapValue map = new();
        foreach ((string name, TemplateValue value) in arguments.Named)
            map.Set(StringValue.Of(name), value);
        return PercentFormat.Format(context, format, map);
    }

    private static StringValue Join(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        string separator = arguments[0] is { } given ? PythonRepr.Str(context, given) : "";
        AttributePath? path = AttributePath.Of(arguments[1]);
        int mark = context.Output.Mark();
        bool isFirst = true;
        foreach (TemplateValue item in context.Budget.Iterate(self))
        {
            if (!isFirst)
                context.Output.Append(separator);
            isFirst = false;
            PythonRepr.WriteStr(context, path is null ? item : path.Read(context, item));
        }
        return StringValue.Of(context.Output.Cut(mark));
    }

    private static TemplateValue CountWords(RenderContext context, string text)
    {
        context.Budget.Work(text.Length / 8);
        long count = 0;
        bool inWord = false;
        foreach (char c in text)
        {
            bool isWord = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return count;
    }

    /// <summary>Percent-encodes text, leaving slashes; a map or a list of pairs becomes a query string.</summary>
    private static StringValue UrlEncode(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (self is StringValue || self.Elements is null)
        {
            string text = PythonRepr.Str(context, self);
            context.Budget.AllocateText(9L * text.Length);
            return StringValue.Of(Encode(text).Replace("%2F", "/", StringComparison.Ordinal));
        }
        StringBuilder query = new();
        TemplateValue pairs = self is MapValue map ? new MapViewValue(map, MapViewKind.Items) : self;
        foreach (TemplateValue item in context.Budget.Iterate(pairs))
        {
            if (item is not TupleValue { Items: [var name, var value] })
                throw new ChatTemplateException("urlencode needs text, a map or pairs");
            string part = Encode(PythonRepr.Str(context, name)) + "=" + Encode(PythonRepr.Str(context, value));
            context.Budget.AppendText(query, (query.Length == 0 ? "" : "&") + part.Replace("%20", "+", StringComparison.Ordinal));
        }
        return StringValue.Of(query.ToString());
    }

    private static string Encode(string text) => Uri.EscapeDataString(text);
}
