using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters on whatever can be walked: length, list, first, last, reverse, sum.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("length", [], static (_, self, _) => Length(self)),
        new("list", [], static (context, self, _) => new ListValue(context.Budget.ToList(self))),
        new("first", [], First),
        new("last", [], Last),
        new("reverse", [], Reverse),
        new("sum", ["attribute", "start"], Sum),
    ];

    public static TemplateValue Length(TemplateValue value) =>
        value.Length ?? throw new ChatTemplateException($"object of type '{value.TypeName}' has no length");

    private static TemplateValue First(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        foreach (TemplateValue item in context.Budget.Iterate(self))
            return item;
        return UndefinedValue.Because("no first item, the sequence was empty");
    }

    private static TemplateValue Last(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (self is GeneratorValue || self.Length is not long length)
            throw new ChatTemplateException($"'{self.TypeName}' object cannot be walked from its end; make it a list first");
        if (length == 0)
            return UndefinedValue.Because("no last item, the sequence was empty");
        return self switch
        {
            MapValue map => map.EntryAt(map.Count - 1).Key,
            MapViewValue => context.Budget.ToList(self)[^1],
            _ => Members.Item(context, self, IntegerValue.Of(length - 1)),
        };
    }

    private static TemplateValue Reverse(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (self is StringValue)
            return Slicing.Slice(context, self, null, null, IntegerValue.Of(-1));
        List<TemplateValue> items = context.Budget.ToList(self);
        items.Reverse();
        return new GeneratorValue(items);
    }

    private static TemplateValue Sum(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        AttributePath? path = AttributePath.Of(arguments[0]);
        TemplateValue total = arguments[1] ?? IntegerValue.Of(0);
        foreach (TemplateValue item in context.Budget.Iterate(self))
            total = Arithmetic.Apply(context, TokenKind.Add, total, path is null ? item : path.Read(context, item));
        return total;
    }
}
