using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Tests;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>
/// Filters that take another filter or a test by name: map, select, reject and their attribute forms. Of a false value, none
/// included, they make nothing.
/// </summary>
internal static class SelectionFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("map", Map),
        new("select", static (context, self, arguments) => Select(context, self, arguments, keeps: true, byAttribute: false)),
        new("reject", static (context, self, arguments) => Select(context, self, arguments, keeps: false, byAttribute: false)),
        new("selectattr", static (context, self, arguments) => Select(context, self, arguments, keeps: true, byAttribute: true)),
        new("rejectattr", static (context, self, arguments) => Select(context, self, arguments, keeps: false, byAttribute: true)),
    ];

    private static GeneratorValue Map(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (!self.IsTrue)
            return new GeneratorValue([]);
        Func<TemplateValue, TemplateValue> map = arguments.Positional.Length == 0
            ? ByAttribute(context, arguments)
            : ByFilter(context, arguments.RequiredText(0, "name"), arguments.Skip(1));
        List<TemplateValue> items = [];
        foreach (TemplateValue item in context.Budget.Iterate(self))
        {
            context.Budget.AllocateItems(1);
            items.Add(map(item));
        }
        return new GeneratorValue(items);
    }

    private static Func<TemplateValue, TemplateValue> ByAttribute(RenderContext context, CallArguments arguments)
    {
        TemplateValue? attribute = null;
        TemplateValue? fallback = null;
        foreach ((string name, TemplateValue value) in arguments.Named)
        {
            if (name == "attribute")
                attribute = value;
            else if (name == "default")
                fallback = value;
            else
                throw new ChatTemplateException($"map() has no argument '{name}'");
        }
        AttributePath path = AttributePath.Of(attribute) ?? throw new ChatTemplateException("map needs a filter's name or attribute=");
        return item => path.Read(context, item) is var read && read is UndefinedValue && fallback is not null ? fallback : read;
    }

    private static Func<TemplateValue, TemplateValue> ByFilter(RenderContext context, string name, CallArguments arguments)
    {
        NativeFunction filter = FilterTable.Find(name) ?? throw new ChatTemplateException($"there is no filter '{name}'");
        return item => filter.Invoke(context, item, arguments);
    }

    private static GeneratorValue Select(
        RenderContext context, TemplateValue self, CallArguments arguments, bool keeps, bool byAttribute)
    {
        if (!self.IsTrue)
            return new GeneratorValue([]);
        AttributePath? path = null;
        if (byAttribute)
        {
            path = AttributePath.Of(arguments.Required(0, "attribute"));
            arguments = arguments.Skip(1);
        }
        Func<TemplateValue, bool> passes = Test(context, arguments);
        List<TemplateValue> items = [];
        foreach (TemplateValue item in context.Budget.Iterate(self))
        {
            if (passes(path is null ? item : path.Read(context, item)) != keeps)
                continue;
            context.Budget.AllocateItems(1);
            items.Add(item);
        }
        return new GeneratorValue(items);
    }

    private static Func<TemplateValue, bool> Test(RenderContext context, CallArguments arguments)
    {
        if (arguments.Positional.Length == 0)
            return static item => item.IsTrue;
        string name = arguments.RequiredText(0, "test");
        NativeFunction test = TestTable.Find(name) ?? throw new ChatTemplateException($"there is no test '{name}'");
        CallArguments rest = arguments.Skip(1);
        return item => test.Invoke(context, item, rest).IsTrue;
    }
}
