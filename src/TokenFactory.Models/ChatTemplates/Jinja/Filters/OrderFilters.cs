using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters that compare elements: sort, unique, min, max. Text compares without case unless asked otherwise.</summary>
internal static class OrderFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("sort", ["reverse", "case_sensitive", "attribute"], Sort),
        new("unique", ["case_sensitive", "attribute"], Unique),
        new("min", ["case_sensitive", "attribute"], static (context, self, arguments) => Extreme(context, self, arguments, -1)),
        new("max", ["case_sensitive", "attribute"], static (context, self, arguments) => Extreme(context, self, arguments, 1)),
    ];

    /// <summary>The value to compare by: text in lower case where case does not count.</summary>
    public static TemplateValue Key(RenderContext context, TemplateValue value, bool isCaseSensitive)
    {
        if (isCaseSensitive || value is not StringValue text)
            return value;
        context.Budget.AllocateText(text.Text.Length);
        return StringValue.Of(CaseFilters.Lower(text.Text));
    }

    private static ListValue Sort(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        bool isCaseSensitive = arguments.Boolean(1, false);
        AttributePath[] paths = AttributePath.AllOf(arguments[2]);
        return new ListValue(Ordering.Sort(context, context.Budget.ToList(self), SortKey, arguments.Boolean(0, false)));

        TemplateValue SortKey(TemplateValue item) => paths.Length == 1
            ? Key(context, paths[0].Read(context, item), isCaseSensitive)
            : new TupleValue([.. paths.Select(path => Key(context, path.Read(context, item), isCaseSensitive))]);
    }

    private static GeneratorValue Unique(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        AttributePath? path = AttributePath.Of(arguments[1]);
        MapValue seen = new();
        List<TemplateValue> items = [];
        foreach (TemplateValue item in context.Budget.Iterate(self))
        {
            TemplateValue key = Key(context, path is null ? item : path.Read(context, item), arguments.Boolean(0, false));
            if (Members.FindKey(context, seen, key) is not null)
                continue;
            context.Budget.AllocateItems(2);
            seen.Set(key, item);
            items.Add(item);
        }
        return new GeneratorValue(items);
    }

    private static TemplateValue Extreme(RenderContext context, TemplateValue self, CallArguments arguments, int sign)
    {
        AttributePath? path = AttributePath.Of(arguments[1]);
        TemplateValue? best = null;
        TemplateValue? bestKey = null;
        foreach (TemplateValue item in context.Budget.Iterate(self))
        {
            TemplateValue key = Key(context, path is null ? item : path.Read(context, item), arguments.Boolean(0, false));
            if (bestKey is null || Ordering.Compare(context, key, bestKey) * sign > 0)
                (best, bestKey) = (item, key);
        }
        return best ?? UndefinedValue.Because("no aggregated item, the sequence was empty");
    }
}
