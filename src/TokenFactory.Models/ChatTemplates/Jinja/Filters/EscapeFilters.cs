using System.Buffers;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters that make safe text: safe, escape, forceescape, xmlattr.</summary>
internal static class EscapeFilters
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/>= \t\n\r\f\v");

    public static IEnumerable<NativeFunction> All =>
    [
        new("safe", [], static (context, self, _) => new StringValue(PythonRepr.Str(context, self), true)),
        new("escape", [], static (context, self, _) => self is StringValue { IsSafe: true } ? self : Escaped(context, self)),
        new("forceescape", [], static (context, self, _) => Escaped(context, self)),
        new("xmlattr", ["autospace"], XmlAttributes),
    ];

    private static StringValue Escaped(RenderContext context, TemplateValue value) =>
        new(Escaping.Escape(context.Budget, StringValue.Of(PythonRepr.Str(context, value))), true);

    private static StringValue XmlAttributes(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (self is not MapValue map)
            throw new ChatTemplateException($"xmlattr needs a map, not {self.TypeName}");
        List<string> attributes = [];
        foreach ((TemplateValue key, TemplateValue value) in map.Entries())
        {
            context.Budget.Step();
            if (value is NoneValue or UndefinedValue)
                continue;
            string name = PythonRepr.Str(context, key);
            if (name.AsSpan().ContainsAny(NotInNames))
                throw new ChatTemplateException($"'{name}' is not an attribute name");
            attributes.Add($"{Escaped(context, key).Text}=\"{Escaped(context, value).Text}\"");
        }
        string text = string.Join(' ', attributes);
        context.Budget.AllocateText(text.Length + 1);
        return StringValue.Of(text.Length > 0 && arguments.Boolean(0, true) ? " " + text : text);
    }
}
