using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters on maps and attributes: dictsort, items, attr.</summary>
internal static class MapFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("dictsort", ["case_sensitive", "by", "reverse"], DictSort),
        new("items", [], Items),
        new("attr", ["name"], static (context, self, arguments) =>
            Members.FindAttribute(self, arguments.RequiredText(0, "name")) ?? UndefinedValue.Member(self, arguments.RequiredText(0, "name"))),
    ];

    private static ListValue DictSort(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        bool isCaseSensitive = arguments.Boolean(0, false);
        int position = (arguments.Text(1, "by") ?? "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new ChatTemplateException("dictsort sorts by 'key' or 'value'"),
        };
        Arithmetic.Refuse(self);
        if (self is not MapValue map)
            throw new ChatTemplateException($"dictsort needs a map, not {self.TypeName}");
        List<TemplateValue> items = context.Budget.ToList(new MapViewValue(map, MapViewKind.Items));
        return new ListValue(Ordering.Sort(
            context,
            items,
            item => OrderFilters.Key(context, ((TupleValue)item).Items[position], isCaseSensitive),
            arguments.Boolean(2, false)));
    }

    private static GeneratorValue Items(RenderContext context, TemplateValue self, CallArguments arguments) => self switch
    {
        UndefinedValue => new GeneratorValue([]),
        MapValue map => new GeneratorValue(context.Budget.ToList(new MapViewValue(map, MapViewKind.Items))),
        _ => throw new ChatTemplateException($"items needs a map, not {self.TypeName}"),
    };
}
