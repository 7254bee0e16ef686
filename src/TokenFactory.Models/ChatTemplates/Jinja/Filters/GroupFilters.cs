using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters that cut a sequence into lists: batch, slice, groupby.</summary>
internal static class GroupFilters
{
    private static readonly string[] GroupFields = ["grouper", "list"];

    public static IEnumerable<NativeFunction> All =>
    [
        new("batch", ["linecount", "fill_with"], Batch),
        new("slice", ["slices", "fill_with"], Slice),
        new("groupby", ["attribute", "default", "case_sensitive"], GroupBy),
    ];

    private static GeneratorValue Batch(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        long size = Numbers.ToInt64(arguments.Required(0, "linecount"), "linecount");
        if (size < 1)
            throw new ChatTemplateException("batch needs a line count of at least 1");
        List<TemplateValue> items = context.Budget.ToList(self);
        List<TemplateValue> batches = [];
        foreach (TemplateValue[] chunk in items.Chunk((int)Math.Min(size, int.MaxValue)))
            batches.Add(new ListValue([.. chunk]));
        if (arguments[1] is { } fill and not NoneValue && batches is [.., ListValue last])
            Fill(context, last, fill, size - last.Items.Count);
        return new GeneratorValue(batches);
    }

    private static void Fill(RenderContext context, ListValue list, TemplateValue fill, long count)
    {
        context.Budget.AllocateItems(count);
        for (long i = 0; i < count; i++)
            list.Items.Add(fill);
    }

    private static GeneratorValue Slice(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        long slices = Numbers.ToInt64(arguments.Required(0, "slices"), "slices");
        if (slices < 1)
            throw new ChatTemplateException("slice needs at least 1 slice");
        List<TemplateValue> items = context.Budget.ToList(self);
        context.Budget.AllocateItems(slices);
        (long size, long longer) = Math.DivRem(items.Count, slices);
        List<TemplateValue> result = [];
        int start = 0;
        for (long i = 0; i < slices; i++)
        {
            int count = (int)(i < longer ? size + 1 : size);
            ListValue slice = new(items.GetRange(start, count));
            start += count;
            if (i >= longer && arguments[1] is { } fill and not NoneValue)
                Fill(context, slice, fill, 1);
            result.Add(slice);
        }
        return new GeneratorValue(result);
    }

    private static ListValue GroupBy(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        AttributePath path = AttributePath.Of(arguments.Required(0, "attribute"))
            ?? throw new ChatTemplateException("groupby needs an attribute");
        bool isCaseSensitive = arguments.Boolean(2, false);
        List<TemplateValue> groups = [];
        TemplateValue? lastKey = null;
        foreach (TemplateValue item in Ordering.Sort(context, context.Budget.ToList(self), Key, isDescending: false))
        {
            TemplateValue key = Key(item);
            if (lastKey is null || !Equality.AreEqual(context, key, lastKey))
                groups.Add(new TupleValue(Value(item), new ListValue([])) { FieldNames = GroupFields });
            lastKey = key;
            context.Budget.AllocateItems(1);
            ((ListValue)((TupleValue)groups[^1]).Items[1]).Items.Add(item);
        }
        return new ListValue(groups);

        TemplateValue Value(TemplateValue item) =>
            path.Read(context, item) is var value && value is UndefinedValue && arguments[1] is { } fallback ? fallback : value;
        TemplateValue Key(TemplateValue item) => OrderFilters.Key(context, Value(item), isCaseSensitive);
    }
}
